// The repositories that the commands are measured on, made once by Varve itself and kept under
// .cache/bench for the next run.

import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { seededRandom } from "../../src/base/index.ts";
import {
  encodeRepositoryData,
  type RepositoryData,
  type RepositoryIndex,
  type RepositorySnapshot,
} from "../../src/repository/index.ts";
import { wordRepository } from "../../test/support/word-repository.ts";
import { cityBodies, indexCities } from "../cities.ts";
import { call } from "../peer.ts";
import { startProcess } from "../varve-process.ts";
import { makeRepository } from "../verify.ts";

/** Where repositories are kept. */
export const CACHE = resolve(import.meta.dirname, "../../.cache/bench");
const PAYLOAD_BYTES = 4096;

/** The folder of this name, made by `make` if it is not there yet. */
export async function keptFolder(
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  process.stderr.write(`Making ${folder}\n`);
  await make(draft);
  renameSync(draft, folder);
  return folder;
}

/** One force-merged index of texts, 5 KB a document: 200,000 make the gigabyte. */
export function wordsFolder(documents: number): Promise<string> {
  return keptFolder(`words-${documents}`, async (folder) => {
    const made = await wordRepository(documents, PAYLOAD_BYTES);
    cpSync(made.folder, folder, { recursive: true });
    await made.remove();
  });
}

/** Many shards of real segments, some megabytes each. */
export function segmentsFolder(megabytes: number): Promise<string> {
  return keptFolder(`segments-${megabytes}`, (folder) => makeRepository(folder, megabytes));
}

/** Snapshots of the folder with the cities: the cities, and ten times as many. */
export const CITIES = { one: "cities", ten: "cities10" } as const;

/** The cities in one shard of one segment, and ten times the cities in two shards. */
export function citiesFolder(): Promise<string> {
  return keptFolder("cities", async (folder) => {
    const varve = await startProcess();
    try {
      await indexCities(varve, CITIES.one);
      await call(varve, "POST", `/${CITIES.one}/_forcemerge?max_num_segments=1`);
      await call(varve, "PUT", `/${CITIES.ten}`, {
        settings: { number_of_shards: 2, number_of_replicas: 0, refresh_interval: "-1" },
      });
      for (let copy = 0; copy < 10; copy++) {
        for (const body of cityBodies()) {
          const renamed = body.replaceAll('{"index":{"_id":"', `$&${copy}-`);
          const answer = await call(varve, "POST", `/${CITIES.ten}/_bulk`, renamed);
          if (answer.errors) throw new Error("The bulk had errors");
        }
      }
      const location = join(varve.repositories, "cities");
      await call(varve, "PUT", "/_snapshot/cities", { type: "fs", settings: { location } });
      for (const name of Object.values(CITIES)) {
        await call(varve, "PUT", `/_snapshot/cities/${name}?wait_for_completion=true`, {
          indices: name,
        });
      }
      cpSync(location, folder, { recursive: true });
    } finally {
      await varve.stop();
    }
  });
}

/** A root as a nightly series of years leaves it: every snapshot holds every index. */
export function rootFolder(snapshotCount: number, indexCount: number): Promise<string> {
  return keptFolder(`root-${snapshotCount}-${indexCount}`, async (folder) => {
    const root = encodeRepositoryData(seriesRoot(snapshotCount, indexCount));
    writeFileSync(join(folder, `index-${snapshotCount}`), root);
    const latest = Buffer.alloc(8);
    latest.writeBigInt64BE(BigInt(snapshotCount));
    writeFileSync(join(folder, "index.latest"), latest);
  });
}

function seriesRoot(snapshotCount: number, indexCount: number): RepositoryData {
  const random = seededRandom(3);
  const uuid = () => Buffer.from(random.bytes(16)).toString("base64url");
  const indices = new Map<string, RepositoryIndex>();
  const metadata = new Map<string, string>();
  const indexMetadataIdentifiers = new Map<string, string>();
  for (let i = 0; i < indexCount; i++) {
    const [name, id] = [`logs-service-${String(i).padStart(3, "0")}`, uuid()];
    const identifier = `${uuid()}-${uuid()}-1-2-1`;
    metadata.set(id, identifier);
    indexMetadataIdentifiers.set(identifier, uuid());
    const shardGenerations = [uuid(), uuid(), uuid()];
    const path = { shardPathType: 0, shardPathTypeWritten: false } as const;
    indices.set(name, { name, id, ...path, snapshots: [], shardGenerations });
  }
  const snapshots = new Map<string, RepositorySnapshot>();
  for (let i = 0; i < snapshotCount; i++) {
    const id = uuid();
    const name = `nightly-${String(i).padStart(5, "0")}`;
    const indexMetadata = new Map(metadata);
    snapshots.set(id, { name, uuid: id, state: "SUCCESS", version: "2.19.6", indexMetadata });
    for (const index of indices.values()) index.snapshots.push(id);
  }
  return { generation: snapshotCount, snapshots, indices, indexMetadataIdentifiers };
}
