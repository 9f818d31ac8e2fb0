// The Directory port: the flat folder of one Lucene index. src/lucene does no I/O of its own; the
// engine gives it a folder on disk, the repository one over blobs, tests one in memory.

import { VarveError } from "../../base/index.ts";
import { IndexInput, memorySource } from "./index-input.ts";
import { type ByteSink, IndexOutput } from "./index-output.ts";

/** A flat set of write-once files. All calls are synchronous. */
export interface Directory {
  /** Names in any order. */
  listAll(): string[];
  /** `missing` if there is no such file. */
  fileLength(name: string): number;
  /** `missing` if there is no such file. The opener closes it. */
  openInput(name: string): IndexInput;
  /** Fails if the file exists. Not durable until `sync`. */
  createOutput(name: string): IndexOutput;
  deleteFile(name: string): void;
  /** Atomic; replaces nothing. */
  rename(source: string, target: string): void;
  /** Makes the contents of these files durable. */
  sync(names: readonly string[]): void;
  /** Makes created, renamed and deleted names durable. */
  syncMetadata(): void;
  close(): void;
}

/** A directory in memory. */
export class MemoryDirectory implements Directory {
  readonly files = new Map<string, Uint8Array>();

  listAll(): string[] {
    return [...this.files.keys()];
  }

  private bytesOf(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (bytes === undefined) throw missingFile(name);
    return bytes;
  }

  fileLength(name: string): number {
    return this.bytesOf(name).length;
  }

  openInput(name: string): IndexInput {
    return new IndexInput(memorySource(name, this.bytesOf(name)));
  }

  createOutput(name: string): IndexOutput {
    if (this.files.has(name)) throw new VarveError("conflict", `File [${name}] already exists`);
    const parts: Uint8Array[] = [];
    const sink: ByteSink = {
      // A Buffer's own slice would share the writer's memory.
      write: (bytes) => void parts.push(new Uint8Array(bytes)),
      close: () => void this.files.set(name, Buffer.concat(parts)),
    };
    return new IndexOutput(name, sink);
  }

  deleteFile(name: string): void {
    this.bytesOf(name);
    this.files.delete(name);
  }

  rename(source: string, target: string): void {
    const bytes = this.bytesOf(source);
    this.files.delete(source);
    this.files.set(target, bytes);
  }

  sync(): void {}
  syncMetadata(): void {}
  close(): void {}
}

/** The error of a file that is not there. */
export function missingFile(name: string): VarveError {
  return new VarveError("missing", `No such file [${name}]`, { type: "no_such_file_exception" });
}
