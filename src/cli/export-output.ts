// Where an export goes: stdout, a file that remembers how far it is, or parts in a store.
//
//   -o FILE  FILE grows; FILE.progress says which export it is, and which bytes hold which part of
//            it. Both are synced now and then; the second is deleted at the end.
//   -o URL   URL-00001, URL-00002, … of some megabytes each; URL.progress likewise

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { illegalArgument, VarveError } from "../base/index.ts";
import { type BlobStore, basePathOf, openRepositoryStore } from "../blobstore/index.ts";
import type { ExportPosition } from "../engine/index.ts";
import type { CommandContext } from "./command.ts";
import { addressOf } from "./open-repository.ts";

/** Takes pieces of an export in order. */
export interface ExportOutput {
  /** Where to begin: behind what an earlier run has written. */
  readonly start: ExportPosition;
  write(bytes: Uint8Array, after: ExportPosition): Promise<void>;
  /** Everything is written. */
  finish(): Promise<void>;
  /** It stopped before the end: keeps what is needed to go on. */
  stop(): Promise<void>;
}

/** What a progress file says. */
interface Progress {
  /** Which export it is. */
  readonly export: unknown;
  readonly after: ExportPosition;
  /** Bytes of the file, or number of parts. */
  readonly written: number;
}

const BEGINNING: ExportPosition = { chunk: 0, doc: 0 };
/** Bytes between two records of progress. */
const RECORD_BYTES = 32 * 1024 * 1024;
/** Bytes of one part in a store. */
const PART_BYTES = 32 * 1024 * 1024;

/** Opens what `-o` names; undefined is stdout. `identity` tells one export from another. */
export async function openExportOutput(
  context: CommandContext,
  target: string | undefined,
  identity: unknown,
  overwrite: boolean,
): Promise<ExportOutput> {
  if (target === undefined) {
    return {
      start: BEGINNING,
      write: (bytes) => context.output.write(bytes),
      finish: async () => {},
      stop: async () => {},
    };
  }
  if (!/^[a-z][a-z0-9+.-]+:/i.test(target)) return openFile(target, identity, overwrite);
  const slash = target.lastIndexOf("/");
  const query = target.indexOf("?");
  const end = query < 0 ? target.length : query;
  const name = target.slice(slash + 1, end);
  const folder = target.slice(0, slash) + target.slice(end);
  if (name === "") throw illegalArgument(`[${target}] names a folder; add a file's name to it`);
  const address = await addressOf(folder, context.terminal);
  const store = openRepositoryStore(address, context);
  const base = basePathOf(address);
  return openParts(store, base === "" ? name : `${base}/${name}`, identity, context.signal);
}

function openFile(path: string, identity: unknown, overwrite: boolean): ExportOutput {
  const progressPath = `${path}.progress`;
  const progress = existsSync(progressPath)
    ? parseProgress(readFileSync(progressPath, "utf8"), identity)
    : undefined;
  if (progress === undefined && existsSync(path) && !overwrite) {
    throw illegalArgument(`[${path}] exists; --overwrite replaces it`);
  }
  const file = openSync(path, progress === undefined ? "w" : "r+");
  let written = 0;
  if (progress !== undefined && fstatSync(file).size >= progress.written) {
    written = progress.written;
  }
  ftruncateSync(file, written);
  const start = written === 0 ? BEGINNING : progress!.after;
  let [recorded, last] = [written, start];
  const record = () => {
    fsyncSync(file);
    const state: Progress = { export: identity, after: last, written };
    writeFileSync(progressPath, JSON.stringify(state));
    recorded = written;
  };
  return {
    start,
    async write(bytes, after) {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(file, bytes, at, bytes.length - at, written + at);
      }
      written += bytes.length;
      last = after;
      if (written - recorded >= RECORD_BYTES) record();
    },
    async finish() {
      fsyncSync(file);
      closeSync(file);
      rmSync(progressPath, { force: true });
    },
    async stop() {
      record();
      closeSync(file);
    },
  };
}

function parseProgress(text: string, identity: unknown): Progress | undefined {
  try {
    const progress = JSON.parse(text) as Progress;
    const same = JSON.stringify(progress.export) === JSON.stringify(identity);
    return same && Number.isSafeInteger(progress.written) ? progress : undefined;
  } catch {
    return undefined;
  }
}

async function openParts(
  store: BlobStore,
  name: string,
  identity: unknown,
  signal: AbortSignal,
): Promise<ExportOutput> {
  const progressName = `${name}.progress`;
  const progress = await readProgress(store, progressName, identity, signal);
  let parts = progress?.written ?? 0;
  let pieces: Uint8Array[] = [];
  let [bytesWaiting, last] = [0, progress?.after ?? BEGINNING];
  const flush = async () => {
    if (bytesWaiting === 0) return;
    const part = `${name}-${String(parts + 1).padStart(5, "0")}`;
    const content = pieces;
    await store.put(part, { length: bytesWaiting, open: () => content }, { signal });
    parts++;
    [pieces, bytesWaiting] = [[], 0];
    const state: Progress = { export: identity, after: last, written: parts };
    await store.put(progressName, Buffer.from(JSON.stringify(state)), { signal });
  };
  return {
    start: last,
    async write(bytes, after) {
      pieces.push(bytes);
      bytesWaiting += bytes.length;
      last = after;
      if (bytesWaiting >= PART_BYTES) await flush();
    },
    async finish() {
      await flush();
      await store.delete([progressName]);
      await store.close();
    },
    stop: () => store.close(),
  };
}

async function readProgress(
  store: BlobStore,
  name: string,
  identity: unknown,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  try {
    const bytes = await store.get(name, signal);
    return parseProgress(Buffer.from(bytes).toString("utf8"), identity);
  } catch (error) {
    if (error instanceof VarveError && error.kind === "missing") return undefined;
    throw error;
  }
}
