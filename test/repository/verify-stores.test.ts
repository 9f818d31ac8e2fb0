// Verifications over stores that are not a folder: one that cannot list, one far away, a
// repository below a base path; and one that the user stops.

import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  FsBlobStore,
  openUrlBlobStore,
  storeAddress,
} from "../../src/blobstore/index.ts";
import {
  openRepository,
  planVerify,
  type RunVerifyOptions,
  runVerify,
  type VerifyResult,
  verifyRepository,
} from "../../src/repository/index.ts";
import { applyDamage, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
let server: Server | undefined;
afterEach(() => {
  fixture?.remove();
  server?.closeAllConnections();
  server?.close();
  fixture = undefined;
  server = undefined;
});

function unpack(name: string): UnpackedFixture {
  fixture = unpackFixture(name);
  return fixture;
}

async function verify(
  store: BlobStore,
  options: RunVerifyOptions = {},
  basePath = "",
): Promise<VerifyResult> {
  const opened = { name: "fixture", clock: systemClock, random: seededRandom(1), basePath };
  const { context } = openRepository(store, opened);
  return runVerify(context, await planVerify(context, { signal: options.signal }), options);
}

/** Serves a folder's files, and nothing else. */
async function serve(folder: string): Promise<string> {
  server = createServer((request, response) => {
    try {
      const bytes = readFileSync(join(folder, decodeURIComponent(request.url!)));
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      if (range === null) response.end(bytes);
      else {
        response.statusCode = 206;
        response.end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
      }
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Lets another writer delete once data is read. */
class DeletingBlobStore extends ForwardingBlobStore {
  private readonly interfere: () => Promise<void>;
  constructor(inner: BlobStore, interfere: () => Promise<void>) {
    super(inner);
    this.interfere = interfere;
  }
  override async *read(name: string, offset: number, length: number) {
    await this.interfere();
    yield* this.inner.read(name, offset, length);
  }
}

/** A store that is not on this machine: it cannot be read at once. */
class FarBlobStore extends ForwardingBlobStore {}

describe("a verification over http", () => {
  test.each(["os2.19.6-series", "os3.6.0-hashed-infix", "os2.19.6-remote-v2"])(
    "says of %s only that it cannot list",
    async (name) => {
      const { repository } = unpack(name);
      const result = await verify(openUrlBlobStore(await serve(repository)));
      expect(result.findings).toMatchObject([{ severity: "info", kind: "not-listed" }]);
      expect(result.ok).toBe(true);
    },
  );

  test.each([
    ["v1-flip-segment", "checksum-mismatch"],
    ["v2-truncated", "length-mismatch"],
    ["v3-missing", "missing-blob"],
    ["v5-flip-shard-index", "corrupt-shard-index"],
  ])("finds %s", async (variant, kind) => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage(variant, folder);
    const local = await verify(new FsBlobStore(repository));
    const result = await verify(openUrlBlobStore(await serve(repository)));
    const [finding, ...rest] = result.findings;
    expect(rest.map((item) => item.kind)).toEqual(["not-listed"]);
    const { message: _, ...place } = local.findings[0]!;
    expect(finding).toMatchObject(place);
    expect(finding!.kind).toBe(kind);
  });
});

describe("a verification", () => {
  test.each(["os2.19.6-series", "os3.6.0-hashed-infix"])(
    "finds nothing in %s below a base path",
    async (name) => {
      const { folder, repository } = unpack(name);
      const root = join(folder, "bucket");
      cpSync(repository, join(root, "a/b"), { recursive: true });
      const result = await verify(new FsBlobStore(root), {}, "a/b");
      // The files that list paths were written for another base path.
      const found = result.findings.filter(({ kind }) => kind !== "wrong-shard-paths");
      expect(found).toEqual([]);
      const blob = readdirSync(join(root, "a/b")).find((item) => item.startsWith("snap-"))!;
      rmSync(join(root, "a/b", blob));
      const { findings } = await verify(new FsBlobStore(root), {}, "a/b");
      expect(findings.map((finding) => finding.blob)).toContain(`a/b/${blob}`);
    },
  );

  test("looks into segments of a store that is far away", async () => {
    const { repository } = unpack("os2.19.6-chunked");
    const store = new FarBlobStore(new FsBlobStore(repository));
    expect((store as BlobStore).readSync).toBeUndefined();
    const result = await verify(store, { structure: true });
    expect(result.findings).toEqual([]);
  });

  test("looks again where another writer has deleted meanwhile", async () => {
    const { repository } = unpack("os2.19.6-series");
    const opened = { name: "fixture", clock: systemClock, random: seededRandom(1) };
    const { context } = openRepository(new FsBlobStore(repository), opened);
    const other = openRepository(new FsBlobStore(repository), opened);
    let plans = 0;
    const found = await verifyRepository(context, {}, () => {
      plans++;
      return { onProgress: () => {} };
    });
    expect([plans, found.result.snapshots]).toEqual([1, 9]);
    const plan = await planVerify(context);
    await other.deleteSnapshots(["s1", "s4"]);
    // What was planned before the deletion finds what that took away.
    const stale = await runVerify(context, plan);
    expect(stale.ok).toBe(false);
    let deleted = false;
    const again = await verifyRepository(
      {
        ...context,
        store: new DeletingBlobStore(context.store, async () => {
          if (deleted) return;
          deleted = true;
          await other.deleteSnapshots(["s2", "s5", "s6"]);
        }),
      },
      {},
      () => ({}),
    );
    expect(deleted).toBe(true);
    expect(again.result).toMatchObject({ findings: [], snapshots: 4 });
  });

  test("stops when it is told to", async () => {
    const { repository } = unpack("os2.19.6-cities");
    for (const threads of [0, 1]) {
      const stop = new AbortController();
      const running = verify(new FsBlobStore(repository), {
        signal: stop.signal,
        threads,
        address: storeAddress("fs", { location: repository }),
        onProgress: () => stop.abort(new Error("stopped")),
      });
      await expect(running).rejects.toThrow(/stopped|cancelled/);
    }
  });
});
