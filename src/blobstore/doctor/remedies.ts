// What to change when a probe fails: the permission that the credentials lack, in the provider's
// own word, or the setting.

import { VarveError } from "../../base/index.ts";
import type { StoreType } from "../store-address.ts";
import type { Probe, ProbeAction } from "./probe.ts";

type Permissions = Readonly<Record<ProbeAction, string>>;

const PERMISSIONS: Readonly<Partial<Record<StoreType, Permissions>>> = {
  s3: {
    list: "allow s3:ListBucket on the bucket (`varve iam` prints the policy)",
    get: "allow s3:GetObject on the bucket's objects (`varve iam` prints the policy)",
    put: "allow s3:PutObject on the bucket's objects (`varve iam` prints the policy)",
    delete: "allow s3:DeleteObject on the bucket's objects (`varve iam` prints the policy)",
  },
  gcs: {
    list: "grant storage.objects.list (role roles/storage.objectUser has all)",
    get: "grant storage.objects.get (role roles/storage.objectUser has all)",
    put: "grant storage.objects.create, and storage.objects.delete to replace",
    delete: "grant storage.objects.delete (role roles/storage.objectUser has all)",
  },
  azure: {
    list: "grant Storage Blob Data Contributor, or a sas_token with the permission l",
    get: "grant Storage Blob Data Contributor, or a sas_token with the permission r",
    put: "grant Storage Blob Data Contributor, or a sas_token with the permissions c and w",
    delete: "grant Storage Blob Data Contributor, or a sas_token with the permission d",
  },
  hdfs: {
    list: "give the user r and x on the folder (hdfs dfs -chmod), or set conf.hadoop.user.name",
    get: "give the user r on the files, or set conf.hadoop.user.name",
    put: "give the user w and x on the folder (hdfs dfs -chown), or set conf.hadoop.user.name",
    delete: "give the user w on the folder, or set conf.hadoop.user.name",
  },
  fs: {
    list: "give this process's user r and x on the folder",
    get: "give this process's user r on the files",
    put: "give this process's user w and x on the folder",
    delete: "give this process's user w on the folder",
  },
  url: {
    list: "",
    get: "let the web server answer without credentials, or use the store's own type",
    put: "",
    delete: "",
  },
};

/** What a message tells, and the setting that it is about. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/NoSuchBucket|no_such_bucket|bucket.*does not exist/i, "create the bucket, or correct [bucket]"],
  [/ContainerNotFound/i, "create the container, or correct [container]"],
  [/RequestTimeTooSkewed/, "set this machine's clock (NTP)"],
  [/InvalidAccessKeyId/, "correct the client's [access_key]"],
  [/SignatureDoesNotMatch/, "correct the client's [secret_key], [region] or [endpoint]"],
  [/ExpiredToken|InvalidToken/, "renew the client's [session_token]"],
  [/PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocation/, "correct [region]"],
  [/CredentialsProviderError|credentials were found/i, "give the client credentials"],
  [/ENOTFOUND|EAI_AGAIN/, "correct the host: [endpoint], [uri] or [path_style_access]"],
  [
    /ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|cannot be reached/,
    "start the server, or correct its address",
  ],
  [
    /self.signed|unable to (verify|get).*certificate|CERT_/i,
    "trust the certificate: NODE_EXTRA_CA_CERTS",
  ],
  [/safe mode/i, "wait until HDFS leaves safe mode (hdfs dfsadmin -safemode get)"],
  [/quota/i, "raise the quota of the folder"],
  [/No space left/i, "free space"],
];

/** What to do when the store itself does not keep its contract, by probe. */
const BROKEN: Readonly<Record<string, string>> = {
  "put-if-absent":
    "let one writer only use the repository, or use a store with conditional writes (If-None-Match)",
  "put-if-absent-race":
    "let one writer only use the repository: the store's conditional writes are not atomic",
  "read-repository": "check the address: there is no readable repository",
  missing:
    "S3 tells what is missing only where s3:ListBucket has no condition on s3:prefix; restores and " +
    "snapshots work without",
  ranges: "remove what stands between (a proxy or cache that ignores Range)",
  get: "the store is not consistent: no repository is safe on it",
  overwrite: "the store is not consistent: remove caches on the way",
  "list-after-put": "the store's lists lag: use one that lists at once",
  clock: "set this machine's clock (NTP)",
};

/** The credentials are no good for any action. */
const NO_CREDENTIALS = new RegExp(
  "SignatureDoesNotMatch|InvalidAccessKeyId|ExpiredToken|InvalidToken|TimeTooSkewed|" +
    "AuthenticationFailed|HeaderMalformed",
);

/** Was the action refused for want of a permission, where another one may be allowed? */
export function isDenied(error: unknown): boolean {
  if (!(error instanceof VarveError)) return false;
  if (error.type === "access_denied_exception") return true;
  if (NO_CREDENTIALS.test(error.message)) return false;
  return /lack the IAM action|needs? the (permission|role)|status 40[13]\b/.test(error.message);
}

/** What to do about an error of a probe; undefined if nothing better is known than its message. */
export function remedyOf(type: StoreType, probe: Probe, error: unknown): string | undefined {
  const text = messagesOf(error);
  const said = SAID.find(([pattern]) => pattern.test(text));
  if (said !== undefined) return said[1];
  if (isDenied(error)) {
    const action = probe.actions[0];
    const remedy = action === undefined ? "" : (PERMISSIONS[type]?.[action] ?? "");
    return remedy === "" ? undefined : remedy;
  }
  if (probe.name === "missing" && type !== "s3") return undefined;
  return BROKEN[probe.name];
}

function messagesOf(error: unknown): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 5; at = at.cause) {
    texts.push(`${at.name} ${at.message} ${(at as { code?: unknown }).code ?? ""}`);
  }
  return texts.join("\n");
}
