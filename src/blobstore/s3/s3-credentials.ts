// Who we are to the store. The order of the real server, then the SDK's chain:
//
//   1. role_arn or identity_token_file   the role, by web identity (a token file, read anew at
//                                        each renewal) or by AssumeRole with 2. or 3.
//   2. access_key and secret_key         as they are
//   3. nothing                           environment, profile and SSO of the ini files, process,
//                                        web identity, container endpoint, IMDSv2
//
// Credentials that end are renewed five minutes before; where that fails, they serve until they
// end. Upstream: S3Service.buildCredentials.

import { type Clock, illegalArgument, VarveError } from "../../base/index.ts";
import { type StoreAddress, storeSetting } from "../store-address.ts";
import { loadCredentialProviders } from "./aws-sdk.ts";
import { clientSetting, s3ClientSettings, secret } from "./s3-client-settings.ts";
import { isPassing, s3Failure } from "./s3-error.ts";

const RENEW_BEFORE_MS = 300_000;

/** Keys, and until when they hold. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Answers credentials that hold now. */
export interface S3CredentialProvider {
  (): Promise<S3Credentials>;
  /** Drops what is known; answers whether there is a hope of others. */
  renew(): boolean;
}

type Source = () => Promise<S3Credentials>;

/**
 * The credentials of an address, fetched when first asked for. Error: illegal_argument_exception
 * of half-given keys at once.
 */
export function s3Credentials(address: StoreAddress, clock: Clock): S3CredentialProvider {
  const keys = staticKeys(address);
  const role = roleOf(address);
  if (role === undefined && keys !== undefined) {
    return Object.assign(async () => keys, { renew: () => false });
  }
  const settings = s3ClientSettings(address);
  const region = settings.region;
  const master = keys === undefined ? chain(region) : async () => keys;
  if (role === undefined) return cached(master, clock, "Finding credentials for S3");
  const clientConfig = {
    region: region ?? process.env["AWS_REGION"] ?? "us-east-1",
    ...(settings.stsEndpoint === undefined ? {} : { endpoint: settings.stsEndpoint }),
  };
  const roleSessionName = role.sessionName ?? `varve-s3-${clock.now()}`;
  const source = () => assume(role, roleSessionName, master, clientConfig);
  return cached(source, clock, `Assuming the role [${role.arn}] for S3`);
}

interface Role {
  readonly arn: string;
  readonly tokenFile: string | undefined;
  readonly sessionName: string | undefined;
}

function roleOf(address: StoreAddress): Role | undefined {
  const given = (name: string) => secret(address, name) ?? storeSetting(address, name);
  const ownArn = storeSetting(address, "role_arn") ?? secret(address, "role_arn");
  const ownFile = clientSetting(address, "identity_token_file");
  const ownName = given("role_session_name");
  if (ownArn === undefined && ownFile === undefined && ownName === undefined) return undefined;
  const arn = ownArn ?? process.env["AWS_ROLE_ARN"];
  if (arn === undefined || arn === "") {
    throw illegalArgument(
      "An identity_token_file or role_session_name of an s3 client needs its role_arn",
    );
  }
  return {
    arn,
    tokenFile: ownFile ?? process.env["AWS_WEB_IDENTITY_TOKEN_FILE"],
    sessionName: ownName ?? process.env["AWS_ROLE_SESSION_NAME"],
  };
}

function staticKeys(address: StoreAddress): S3Credentials | undefined {
  const client = address.settings["client"] ?? "default";
  const accessKeyId = secret(address, "access_key");
  const secretAccessKey = secret(address, "secret_key");
  const sessionToken = secret(address, "session_token");
  if (accessKeyId === undefined) {
    if (secretAccessKey !== undefined) {
      throw illegalArgument(`Missing access key for s3 client [${client}]`);
    }
    if (sessionToken !== undefined) {
      throw illegalArgument(`Missing access key and secret key for s3 client [${client}]`);
    }
    return undefined;
  }
  if (secretAccessKey === undefined) {
    throw illegalArgument(`Missing secret key for s3 client [${client}]`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function chain(region: string | undefined): Source {
  return async () => {
    const { fromNodeProviderChain } = await loadCredentialProviders();
    // A new one each time and no cache: a chain remembers, and files may have changed.
    const clientConfig = region === undefined ? {} : { clientConfig: { region } };
    return fromNodeProviderChain({ ignoreCache: true, ...clientConfig })();
  };
}

async function assume(
  role: Role,
  roleSessionName: string,
  master: Source,
  clientConfig: { region: string; endpoint?: string },
): Promise<S3Credentials> {
  const sdk = await loadCredentialProviders();
  if (role.tokenFile !== undefined && role.tokenFile !== "") {
    const { tokenFile: webIdentityTokenFile, arn: roleArn } = role;
    return sdk.fromTokenFile({ webIdentityTokenFile, roleArn, roleSessionName, clientConfig })();
  }
  const params = { RoleArn: role.arn, RoleSessionName: roleSessionName };
  return sdk.fromTemporaryCredentials({ params, masterCredentials: master, clientConfig })();
}

const SOURCES =
  "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, a role of the machine, or " +
  "s3.client.default.access_key and secret_key in the keystore";

/** Why there are no keys. The SDK's error carries a request, so only its words are kept. */
function credentialsError(error: unknown, what: string): VarveError {
  const failure = s3Failure(error);
  const status = failure.status === 0 ? "" : ` status ${failure.status}`;
  let hint = `: ${failure.message}`;
  if (failure.code === "AccessDenied") {
    hint = ": the role's trust policy must name the caller, and the caller needs sts:AssumeRole";
  } else if (failure.code === "CredentialsProviderError") {
    hint += `; ${SOURCES}`;
  }
  const kind = isPassing(failure) ? "unavailable" : "invalid";
  return new VarveError(kind, `${what} failed with${status} ${failure.code}${hint}`, {
    type: "sdk_client_exception",
  });
}

function cached(source: Source, clock: Clock, what: string): S3CredentialProvider {
  let known: S3Credentials | undefined;
  let pending: Promise<S3Credentials> | undefined;
  const endsWithin = (ms: number) =>
    known?.expiration !== undefined && known.expiration.getTime() - clock.now() < ms;
  const fetch = async () => {
    try {
      known = await source();
      return known;
    } catch (error) {
      if (known !== undefined && !endsWithin(0)) return known;
      throw credentialsError(error, what);
    } finally {
      pending = undefined;
    }
  };
  const provider = async () => {
    if (known !== undefined && !endsWithin(RENEW_BEFORE_MS)) return known;
    pending ??= fetch();
    return pending;
  };
  const renew = () => {
    known = undefined;
    return true;
  };
  return Object.assign(provider, { renew });
}
