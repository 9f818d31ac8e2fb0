// Azurite, Microsoft's emulator of Azure Blob Storage, installed once per machine into `.cache/`.
// It checks shared keys and shared access signatures. The account is our own, so that no key of a
// real one is in the repository.

import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { type BlobStore, openBlobStore } from "../../../src/blobstore/index.ts";
import { freePort, provisionOnce, runCommand, startProcess } from "./process.ts";

const VERSION = "3.37.0";
const MAIN = "node_modules/azurite/dist/src/blob/main.js";

/** The account of every server started here, and its key. */
export const AZURITE_ACCOUNT = "varveit";
export const AZURITE_KEY = Buffer.from("varve-integration-test-key").toString("base64");

/** The folder with Azurite; installed if it is not there. */
export function provideAzurite(): Promise<string> {
  return provisionOnce(`azurite-${VERSION}`, async (folder) => {
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `azurite@${VERSION}`];
    await runCommand("npm", args, { cwd: folder, timeoutMs: 600_000 });
  });
}

/** A server that runs. */
export interface Azurite {
  /** The blob service of the account. */
  endpoint: string;
  /** Makes a container of a new name. */
  newContainer(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a server with its blobs in memory. With a certificate it speaks https and takes tokens of
 * Entra ID too; it reads their claims and does not check who signed them.
 */
export async function startAzurite(tls?: { cert: string; key: string }): Promise<Azurite> {
  const folder = await provideAzurite();
  const port = await freePort();
  const scheme = tls === undefined ? "http" : "https";
  const endpoint = `${scheme}://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
  const args = [join(folder, MAIN), "--blobHost", "127.0.0.1", "--blobPort", String(port)];
  args.push("--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry");
  if (tls !== undefined) args.push("--oauth", "basic", "--cert", tls.cert, "--key", tls.key);
  const server = await startProcess(process.execPath, args, {
    env: { AZURITE_ACCOUNTS: `${AZURITE_ACCOUNT}:${AZURITE_KEY}` },
    ready: async () => (await fetch(endpoint)).status >= 400,
  });
  return {
    endpoint,
    stop: server.stop,
    async newContainer() {
      const name = `varve-${randomBytes(6).toString("hex")}`;
      await makeContainer(endpoint, name);
      return name;
    },
  };
}

/** Create Container, signed by hand: tests of a client do not lean on that client. */
async function makeContainer(endpoint: string, name: string): Promise<void> {
  const date = new Date().toUTCString();
  const version = "2023-11-03";
  const path = new URL(endpoint).pathname;
  const signed = [
    "PUT",
    ...Array.from({ length: 11 }, () => ""),
    `x-ms-date:${date}\nx-ms-version:${version}`,
    `/${AZURITE_ACCOUNT}${path}/${name}\nrestype:container`,
  ].join("\n");
  const signature = createHmac("sha256", Buffer.from(AZURITE_KEY, "base64"))
    .update(signed, "utf8")
    .digest("base64");
  const answer = await fetch(`${endpoint}/${name}?restype=container`, {
    method: "PUT",
    headers: {
      "x-ms-date": date,
      "x-ms-version": version,
      authorization: `SharedKey ${AZURITE_ACCOUNT}:${signature}`,
    },
  });
  if (!answer.ok) throw new Error(`The container was not made: ${await answer.text()}`);
}

/** Opens a container of a server. */
export function openAzurite(
  endpoint: string,
  container: string,
  options: {
    settings?: Record<string, string>;
    client?: Record<string, string>;
    secrets?: Record<string, string>;
  } = {},
): BlobStore {
  return openBlobStore(
    {
      type: "azure",
      settings: { container, ...options.settings },
      client: { endpoint, ...options.client },
      secrets: options.secrets ?? { account: AZURITE_ACCOUNT, key: AZURITE_KEY },
    },
    { clock: systemClock, random: seededRandom(1) },
  );
}
