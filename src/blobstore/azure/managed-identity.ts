// Access tokens of a managed identity, without a secret of ours. Where we run decides who is asked:
//
//   Workload identity (AKS)   AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID: the
//                             token of the file is changed for one at AZURE_AUTHORITY_HOST
//   App Service               IDENTITY_ENDPOINT and IDENTITY_HEADER
//   Virtual machines          the metadata service (IMDS) at 169.254.169.254, or at
//                             AZURE_POD_IDENTITY_AUTHORITY_HOST
//
// AZURE_CLIENT_ID names one of several identities. A token is kept until five minutes before its
// end, and asked for once however many wait. The SDK's own credentials (@azure/identity) need a
// newer Node. Spec: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources

import { readFile } from "node:fs/promises";
import { type Clock, VarveError } from "../../base/index.ts";
import { isRetryableStatus, storeRefused, storeUnavailable } from "../store-failure.ts";

const RESOURCE = "https://storage.azure.com";
const IMDS = "http://169.254.169.254";
const REFRESH_BEFORE_MS = 300_000;
const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 256 * 1024;

/** The SDK's TokenCredential, as far as it is used. */
export interface AccessTokens {
  getToken(
    scopes: string | string[],
    options?: unknown,
  ): Promise<{ token: string; expiresOnTimestamp: number }>;
}

interface TokenRequest {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
}

/** Tokens of the identity of the machine, pod or app that we run in. */
export class ManagedIdentity implements AccessTokens {
  private readonly store: string;
  private readonly clock: Clock;
  private readonly environment: Readonly<Record<string, string | undefined>>;
  private current: { token: string; expiresOnTimestamp: number } | undefined;
  private pending: Promise<{ token: string; expiresOnTimestamp: number }> | undefined;

  constructor(
    store: string,
    clock: Clock,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.store = store;
    this.clock = clock;
    this.environment = environment;
  }

  async getToken(): Promise<{ token: string; expiresOnTimestamp: number }> {
    const { current } = this;
    if (current && this.clock.now() < current.expiresOnTimestamp - REFRESH_BEFORE_MS) {
      return current;
    }
    this.pending ??= this.ask().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async ask(): Promise<{ token: string; expiresOnTimestamp: number }> {
    const request = await this.request();
    const action = { store: this.store, operation: "asking for a managed identity's token" };
    const where = new URL(request.url).origin;
    const controller = new AbortController();
    const cancel = this.clock.after(TIMEOUT_MS, () => {
      controller.abort(new Error(`no answer within ${TIMEOUT_MS} ms`));
    });
    let status: number;
    let text: string;
    try {
      const { url, method, headers, body } = request;
      const answer = await fetch(url, {
        method,
        headers,
        signal: controller.signal,
        redirect: "error",
        ...(body === undefined ? {} : { body }),
      });
      status = answer.status;
      text = (await answer.text()).slice(0, ANSWER_BYTES_MAX);
    } catch (error) {
      const reason = (error as { cause?: Error }).cause?.message ?? (error as Error).message;
      throw storeUnavailable(action, { message: `${reason} (${where})` });
    } finally {
      cancel();
    }
    const json = parse(text);
    const token = json["access_token"];
    if (status === 200 && typeof token === "string" && token !== "") {
      this.current = { token, expiresOnTimestamp: this.endOf(json) };
      return this.current;
    }
    const said = {
      status,
      code: textOf(json["error"]),
      message: textOf(json["error_description"]) ?? textOf(json["message"]),
    };
    if (isRetryableStatus(status) || status === 410) throw storeUnavailable(action, said);
    throw storeRefused(action, said, `check that an identity is assigned (asked of ${where})`);
  }

  /** `expires_on` is seconds since the epoch, `expires_in` seconds from now; either may be text. */
  private endOf(json: Record<string, unknown>): number {
    const on = Number(json["expires_on"]);
    if (Number.isFinite(on) && on > 0) return on * 1000;
    const seconds = Number(json["expires_in"]);
    return this.clock.now() + (Number.isFinite(seconds) && seconds > 0 ? seconds : 3600) * 1000;
  }

  private async request(): Promise<TokenRequest> {
    const env = this.environment;
    const clientId = env["AZURE_CLIENT_ID"];
    const file = env["AZURE_FEDERATED_TOKEN_FILE"];
    const tenant = env["AZURE_TENANT_ID"];
    if (file && tenant && clientId) return this.exchange(file, tenant, clientId);
    const query: Record<string, string> = clientId ? { client_id: clientId } : {};
    const endpoint = env["IDENTITY_ENDPOINT"];
    const secret = env["IDENTITY_HEADER"];
    if (endpoint && secret) {
      return {
        url: withQuery(endpoint, { "api-version": "2019-08-01", resource: RESOURCE, ...query }),
        method: "GET",
        headers: { "x-identity-header": secret },
      };
    }
    if (endpoint) {
      throw new VarveError(
        "unsupported",
        `${this.store}: the managed identity of Azure Arc (IDENTITY_ENDPOINT without ` +
          "IDENTITY_HEADER) is not supported: use a key, a sas_token or workload identity",
        { type: "settings_exception" },
      );
    }
    const host = (env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] || IMDS).replace(/\/+$/, "");
    return {
      url: withQuery(`${host}/metadata/identity/oauth2/token`, {
        "api-version": "2018-02-01",
        resource: RESOURCE,
        ...query,
      }),
      method: "GET",
      headers: { metadata: "true" },
    };
  }

  private async exchange(file: string, tenant: string, clientId: string): Promise<TokenRequest> {
    const host = this.environment["AZURE_AUTHORITY_HOST"] || "https://login.microsoftonline.com";
    let assertion: string;
    try {
      assertion = (await readFile(file, "utf8")).trim();
    } catch (error) {
      const action = { store: this.store, operation: "reading AZURE_FEDERATED_TOKEN_FILE" };
      throw storeRefused(action, { message: (error as Error).message });
    }
    return {
      url: `${host.replace(/\/+$/, "")}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_assertion: assertion,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        scope: `${RESOURCE}/.default`,
      }).toString(),
    };
  }
}

function withQuery(base: string, query: Record<string, string>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

function parse(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
