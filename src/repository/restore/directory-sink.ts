// Restored files into a Lucene Directory or a folder of a blob store, and a commit's files out of
// one. Over a folder on disk the blob store is the faster way: it passes by caches and output
// buffers.

import type { BlobStore } from "../../blobstore/index.ts";
import type { Directory } from "../../lucene/store/index.ts";
import type { CommitSource } from "../snapshot/run-shard-snapshot.ts";
import type { RestoreSink } from "./restore-shard.ts";

/** Bytes of one part of a commit's file. */
const PART_BYTES = 1024 * 1024;

/** A sink that creates files in `directory` and syncs them at the end. */
export function directorySink(directory: Directory): RestoreSink {
  const names: string[] = [];
  return {
    create(name) {
      names.push(name);
      const out = directory.createOutput(name);
      return { write: (bytes) => out.writeBytes(bytes), close: () => out.close() };
    },
    finish() {
      directory.sync(names);
      directory.syncMetadata();
    },
  };
}

/** The files of `directory` as the source of a snapshot. */
export function directorySource(directory: Directory): CommitSource {
  return {
    *read(file, offset, length) {
      const input = directory.openInput(file);
      try {
        input.seek(offset);
        for (let left = length; left > 0; ) {
          const part = input.bytesBorrow(Math.min(left, PART_BYTES));
          left -= part.length;
          yield part;
        }
      } finally {
        input.close();
      }
    },
  };
}

/** Files of a folder of a blob store as the source of a snapshot: large reads, past any cache. */
export function blobStoreSource(store: BlobStore, folder: string): CommitSource {
  const prefix = folder === "" ? "" : `${folder}/`;
  return { read: (file, offset, length) => store.read(prefix + file, offset, length) };
}

/** A sink that stores files in a folder of a blob store; durable when the restore has ended. */
export function blobStoreSink(store: BlobStore, folder: string): RestoreSink {
  const prefix = folder === "" ? "" : `${folder}/`;
  return {
    put: (name, content) => store.put(prefix + name, content, { draft: true }),
    finish: () => store.flush(),
  };
}
