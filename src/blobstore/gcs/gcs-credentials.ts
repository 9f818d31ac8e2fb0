// Access tokens for Google Cloud Storage.
//
//   A service account's key   a signed assertion (RFC 7523) is changed for a token at `token_uri`.
//                             The SDK cannot do that: it knows only Google's own token server.
//   Otherwise                 application default credentials through the official SDK: the file of
//                             GOOGLE_APPLICATION_CREDENTIALS, gcloud's, workload identity, or the
//                             metadata server.
//
// A token is kept until five minutes before its end, and asked for once however many wait.

import { createPrivateKey, createSign } from "node:crypto";
import type { StorageOptions } from "@google-cloud/storage";
import { type Clock, VarveError } from "../../base/index.ts";
import {
  isCertificateFailure,
  isRetryableStatus,
  storeRefused,
  storeUnavailable,
} from "../store-failure.ts";
import type { GcsSettings, ServiceAccountKey } from "./gcs-settings.ts";
import { agentsFor, type HttpTransport, readText } from "./gcs-transport.ts";

const SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";
const ASSERTION_SECONDS = 3600;
const REFRESH_BEFORE_MS = 300_000;

/** Headers that authorise a request. */
export interface GcsCredentials {
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** Forgets the token: the store did not take it. */
  forget(): void;
}

/** The credentials that the settings name. Nothing is asked of anybody yet. */
export function gcsCredentials(
  settings: GcsSettings,
  transport: HttpTransport,
  clock: Clock,
): GcsCredentials {
  const { authorization } = settings;
  if (authorization.kind === "anonymous") {
    return { headers: async () => ({}), forget: () => {} };
  }
  if (authorization.kind === "application-default") return applicationDefault(settings);
  return new ServiceAccount(authorization.key, settings.bucket, transport, clock);
}

class ServiceAccount implements GcsCredentials {
  private readonly key: ServiceAccountKey;
  private readonly store: string;
  private readonly transport: HttpTransport;
  private readonly clock: Clock;
  private token: { value: string; endsMs: number } | undefined;
  private pending: Promise<string> | undefined;

  constructor(key: ServiceAccountKey, bucket: string, transport: HttpTransport, clock: Clock) {
    this.key = key;
    this.store = `gcs [${bucket}]`;
    this.transport = transport;
    this.clock = clock;
  }

  async headers(signal?: AbortSignal): Promise<Record<string, string>> {
    signal?.throwIfAborted();
    const token = this.token;
    const fresh = token !== undefined && this.clock.now() < token.endsMs - REFRESH_BEFORE_MS;
    return {
      authorization: `Bearer ${fresh ? token.value : await orAborted(this.renew(), signal)}`,
    };
  }

  forget(): void {
    this.token = undefined;
  }

  /** Not bound to one caller's signal: others wait for the same token. */
  private renew(): Promise<string> {
    this.pending ??= this.ask().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async ask(): Promise<string> {
    const action = { store: this.store, operation: "asking for an access token" };
    const form = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: this.assertion(),
    });
    const where = `token_uri [${this.key.tokenUri}], account [${this.key.clientEmail}]`;
    let status: number;
    let text: string;
    try {
      const answer = await this.transport.send({
        method: "POST",
        url: this.key.tokenUri,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from(form.toString()),
      });
      status = answer.status;
      text = await readText(answer);
    } catch (error) {
      const said = { message: `${(error as Error).message} (${where})` };
      if (!isCertificateFailure(error)) throw storeUnavailable(action, said, error);
      throw storeRefused(action, said, "check the token server's certificate", error);
    }
    const json = parseJson(text);
    const code = stringOf(json["error"]);
    const said = { status, code, message: stringOf(json["error_description"]) };
    if (isRetryableStatus(status)) throw storeUnavailable(action, said);
    const value = stringOf(json["access_token"]);
    if (status !== 200 || value === undefined) {
      throw storeRefused(action, said, `check the service account's key (${where})`);
    }
    const seconds = Number(json["expires_in"]);
    const lifeMs = (Number.isFinite(seconds) && seconds > 0 ? seconds : ASSERTION_SECONDS) * 1000;
    this.token = { value, endsMs: this.clock.now() + lifeMs };
    return value;
  }

  private assertion(): string {
    const { clientEmail, privateKey, privateKeyId, tokenUri } = this.key;
    const issuedAt = Math.floor(this.clock.now() / 1000);
    const header = { alg: "RS256", typ: "JWT", ...(privateKeyId ? { kid: privateKeyId } : {}) };
    const claims = {
      iss: clientEmail,
      scope: SCOPE,
      aud: tokenUri,
      iat: issuedAt,
      exp: issuedAt + ASSERTION_SECONDS,
    };
    const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    const signed = `${encode(header)}.${encode(claims)}`;
    try {
      const signer = createSign("RSA-SHA256").update(signed);
      return `${signed}.${signer.sign(createPrivateKey(privateKey), "base64url")}`;
    } catch {
      // The cause may quote the key.
      throw new VarveError("invalid", `The private_key of [${clientEmail}] is not a private key`, {
        type: "settings_exception",
      });
    }
  }
}

function applicationDefault(settings: GcsSettings): GcsCredentials {
  let client: Promise<{ getRequestHeaders(url?: string): Promise<unknown> }> | undefined;
  const open = async () => {
    const { Storage } = await import("@google-cloud/storage");
    const { projectId, proxy } = settings;
    // Objects are asked for without a project; the SDK would look one up where none is given.
    const options: StorageOptions = { projectId: projectId ?? "-" };
    // The metadata server is asked directly, everybody else through the proxy.
    if (proxy !== undefined) {
      const agent = agentsFor(proxy, {}).httpsAgent;
      options.clientOptions = { transporterOptions: { agent } };
    }
    return new Storage(options).authClient;
  };
  return {
    async headers(signal) {
      client ??= open();
      try {
        const auth = await client;
        return headersOf(await orAborted(auth.getRequestHeaders(settings.endpoint), signal));
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw noDefault(settings, error);
      }
    },
    forget() {
      client = undefined;
    },
  };
}

/** The SDK's error: no answer of a token server, or no credentials anywhere. */
function noDefault(settings: GcsSettings, error: unknown): VarveError {
  const action = {
    store: `gcs [${settings.bucket}]`,
    operation: "asking for application default credentials",
  };
  const { code, message, response } = error as {
    code?: unknown;
    message?: string;
    response?: { status?: number };
  };
  const status = response?.status;
  const answer = { status, code: status === undefined ? stringOf(code) : undefined, message };
  const silent = status === undefined && /^E[A-Z_]+$/.test(stringOf(code) ?? "");
  if ((silent && code !== "ENOENT") || (status !== undefined && isRetryableStatus(status))) {
    return storeUnavailable(action, answer, error);
  }
  const advice = "set [credentials_file] of the client, or GOOGLE_APPLICATION_CREDENTIALS";
  return storeRefused(action, answer, advice, error);
}

/** The promise, unless the signal fires first; what it does then nobody hears. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
    promise.catch(() => {});
  }
}

/** A plain record, of what one version of the SDK answers as that and another as Headers. */
function headersOf(headers: unknown): Record<string, string> {
  const entries =
    headers instanceof Headers ? headers.entries() : Object.entries(headers as object);
  const found: Record<string, string> = {};
  for (const [name, value] of entries) found[name.toLowerCase()] = String(value);
  return found;
}

/** The object that a text holds, else an empty one. */
export function parseJson(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The value if it is a text. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
