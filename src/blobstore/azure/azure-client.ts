// The SDK's clients of one container, made at the first call. The SDK's own retries are off: the
// second try of a conditional put would meet the first one's blob and be taken for somebody
// else's. The wrapper `retry` knows to compare.

import type { ContainerClient } from "@azure/storage-blob";
import type { Clock } from "../../base/index.ts";
import type { AzureSettings } from "./azure-settings.ts";
import { ManagedIdentity } from "./managed-identity.ts";

/** Clients by what they are for. */
export interface AzureClients {
  /** Where blobs are written. */
  writer: ContainerClient;
  /** Where blobs are read, and where else if that does not answer. */
  readers: ContainerClient[];
}

/** Loads the SDK and makes the clients. Nothing is asked of the service yet. */
export async function openAzureClients(
  settings: AzureSettings,
  clock: Clock,
): Promise<AzureClients> {
  const sdk = await import("@azure/storage-blob");
  const { authorization, account, proxy } = settings;
  const credential =
    authorization.kind === "shared-key"
      ? new sdk.StorageSharedKeyCredential(account, authorization.key)
      : authorization.kind === "sas"
        ? new sdk.AnonymousCredential()
        : new ManagedIdentity(`azure [${settings.container}]`, clock, process.env);
  const pipeline = sdk.newPipeline(credential, {
    retryOptions: { maxTries: 1 },
    userAgentOptions: { userAgentPrefix: "varve" },
    ...(proxy === undefined
      ? {}
      : {
          proxyOptions: {
            host: `http://${proxy.host}`,
            port: proxy.port,
            ...(proxy.username === undefined ? {} : { username: proxy.username }),
            ...(proxy.password === undefined ? {} : { password: proxy.password }),
          },
        }),
  });
  const query = authorization.kind === "sas" ? `?${authorization.token}` : "";
  const open = (service: string) =>
    new sdk.ContainerClient(
      `${service}/${encodeURIComponent(settings.container)}${query}`,
      pipeline,
    );
  const primary = open(settings.primary);
  if (settings.locationMode === "PRIMARY_ONLY" || settings.secondary === undefined) {
    return { writer: primary, readers: [primary] };
  }
  const secondary = open(settings.secondary);
  if (settings.locationMode === "SECONDARY_ONLY")
    return { writer: secondary, readers: [secondary] };
  return settings.locationMode === "PRIMARY_THEN_SECONDARY"
    ? { writer: primary, readers: [primary, secondary] }
    : { writer: primary, readers: [secondary, primary] };
}
