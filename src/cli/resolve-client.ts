// Client settings and secrets for a repository on the command line: varve.yml, the environment and
// the keystore, as `varve serve` reads them; for Azure also the variables of its own tools. (Those
// of AWS and Google are read by their SDKs.)

import { type NamedStore, resolveStoreAddress, type StoreAddress } from "../blobstore/index.ts";
import { Settings } from "../engine/index.ts";
import { readSettings } from "./configuration.ts";
import { readSecureSettings } from "./keystore-source.ts";
import type { Terminal } from "./terminal.ts";

const AZURE_VARIABLES: Readonly<Record<string, string>> = {
  AZURE_STORAGE_ACCOUNT: "azure.client.default.account",
  AZURE_STORAGE_KEY: "azure.client.default.key",
  AZURE_STORAGE_SAS_TOKEN: "azure.client.default.sas_token",
};

/** The address of a named store with all that opens it. */
export async function resolveClient(named: NamedStore, terminal: Terminal): Promise<StoreAddress> {
  const { environment } = terminal;
  const secure = await readSecureSettings({}, terminal);
  return resolveStoreAddress(
    named,
    azureSettings(environment).merge(readSettings(environment)),
    secure,
  );
}

function azureSettings(environment: NodeJS.ProcessEnv): Settings {
  const map = new Map<string, string>();
  for (const [variable, setting] of Object.entries(AZURE_VARIABLES)) {
    const value = environment[variable];
    if (value !== undefined && value !== "") map.set(setting, value);
  }
  return new Settings(map);
}
