// The SDK's client of one store: loaded at the first call, made anew when its credentials have
// ended. Requests go over connections of our own agents, which is where a proxy comes in.

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { StoreContext } from "../store-address.ts";
import { loadS3 } from "./aws-sdk.ts";
import { proxyAgents } from "./proxy-agent.ts";
import type { S3ClientSettings } from "./s3-client-settings.ts";
import type { S3CredentialProvider } from "./s3-credentials.ts";
import { s3RetryStrategy } from "./s3-retry.ts";

/** Where nothing says another: S3-likes take any, and Amazon redirects from here. */
const REGION_DEFAULT = "us-east-1";

/** The SDK and a client of it. */
export interface S3Connection {
  readonly sdk: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
}

/** Keeps a client. */
export class S3Session {
  private pending: Promise<S3Connection> | undefined;
  private readonly settings: S3ClientSettings;
  private readonly credentials: S3CredentialProvider;
  private readonly context: StoreContext;

  constructor(
    settings: S3ClientSettings,
    credentials: S3CredentialProvider,
    context: StoreContext,
  ) {
    this.settings = settings;
    this.credentials = credentials;
    this.context = context;
  }

  connection(): Promise<S3Connection> {
    this.pending ??= this.connect().catch((error: unknown) => {
      this.pending = undefined;
      throw error;
    });
    return this.pending;
  }

  private async connect(): Promise<S3Connection> {
    const sdk = await loadS3();
    const config = await this.config();
    const client = new sdk.S3Client(config);
    if (config.region !== undefined || (await hasRegion(client))) return { sdk, client };
    client.destroy();
    return { sdk, client: new sdk.S3Client({ ...(await this.config()), region: REGION_DEFAULT }) };
  }

  private async config(): Promise<S3ClientConfig> {
    const { settings } = this;
    return {
      ...(settings.region === undefined ? {} : { region: settings.region }),
      ...(settings.endpoint === undefined
        ? { followRegionRedirects: true }
        : { endpoint: settings.endpoint }),
      forcePathStyle: settings.pathStyleAccess,
      credentials: this.credentials,
      ...(settings.unsigned ? { signer: { sign: async (request) => request } } : {}),
      retryStrategy: s3RetryStrategy(settings, this.context.random),
      // Checksums are our own: see s3-checksum.ts.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: Math.max(0, settings.connectionTimeoutMs),
        socketTimeout: Math.max(0, settings.readTimeoutMs),
        requestTimeout: Math.max(0, settings.requestTimeoutMs),
        throwOnRequestTimeout: true,
        ...agents(settings),
      },
    };
  }

  /** Drops a client whose credentials have ended; answers whether others may come. */
  async renew(): Promise<boolean> {
    if (!this.credentials.renew()) return false;
    await this.close();
    return true;
  }

  async close(): Promise<void> {
    const connection = await this.pending?.catch(() => undefined);
    this.pending = undefined;
    connection?.client.destroy();
  }
}

/** Does the environment or a profile name a region? */
async function hasRegion(client: S3Client): Promise<boolean> {
  try {
    await client.config.region();
    return true;
  } catch {
    return false;
  }
}

function agents(settings: S3ClientSettings): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const options = {
    keepAlive: true,
    keepAliveMsecs: Math.max(1, settings.connectionTtlMs),
    maxSockets: settings.connectionsMax,
  };
  if (settings.proxy !== undefined) return proxyAgents(settings.proxy, options);
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
}
