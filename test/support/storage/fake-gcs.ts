// fake-gcs-server, built once per machine with Go and kept in `.cache/`. It asks for no
// credentials, and ignores conditions on reads and deletes.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { seededRandom, systemClock } from "../../../src/base/index.ts";
import { type BlobStore, openBlobStore } from "../../../src/blobstore/index.ts";
import { freePort, provisionOnce, runCommand, startProcess } from "./process.ts";

const VERSION = "1.56.1";

/** The folder with the server; built if it is not there. */
export function provideFakeGcs(): Promise<string> {
  return provisionOnce(`fake-gcs-server-${VERSION}`, async (folder) => {
    await runCommand(
      "go",
      ["install", "-ldflags=-s -w", `github.com/fsouza/fake-gcs-server@v${VERSION}`],
      { env: { GOBIN: folder }, timeoutMs: 600_000 },
    );
  });
}

/** A server that runs. */
export interface FakeGcs {
  endpoint: string;
  /** Makes a bucket of a new name. */
  newBucket(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server with its blobs in memory. */
export async function startFakeGcs(): Promise<FakeGcs> {
  const folder = await provideFakeGcs();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const endpoint = `http://${host}`;
  const args = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port)];
  args.push("-backend", "memory", "-public-host", host, "-external-url", endpoint);
  const server = await startProcess(join(folder, "fake-gcs-server"), args, {
    ready: async () => (await fetch(`${endpoint}/storage/v1/b?project=test`)).ok,
  });
  return {
    endpoint,
    stop: server.stop,
    async newBucket() {
      const name = `varve-${randomBytes(6).toString("hex")}`;
      const answer = await fetch(`${endpoint}/storage/v1/b?project=test`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name }),
      });
      if (!answer.ok) throw new Error(`The bucket was not made: ${await answer.text()}`);
      return name;
    },
  };
}

/** Opens a bucket of a server. */
export function openFakeGcs(
  endpoint: string,
  bucket: string,
  options: { client?: Record<string, string>; secrets?: Record<string, string> } = {},
): BlobStore {
  return openBlobStore(
    {
      type: "gcs",
      settings: { bucket },
      client: { endpoint, ...options.client },
      secrets: options.secrets ?? {},
    },
    { clock: systemClock, random: seededRandom(1) },
  );
}
