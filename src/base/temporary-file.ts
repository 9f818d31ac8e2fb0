// Blocks that had to leave memory and must not be fetched again: one temporary file, which has no
// name while it is open (where the system allows that), so that nothing is left behind by a
// process that ends, however it ends.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VarveError } from "./errors.ts";

/** Where a block lies in the file. */
export interface TemporaryBlock {
  readonly position: number;
  readonly length: number;
}

/** A temporary file of blocks; it is made when the first one comes. */
export class TemporaryFile {
  private file: number | undefined;
  private folder: string | undefined;
  private end = 0;

  /** Writes a block behind the others. Error: `limit`. */
  write(bytes: Uint8Array): TemporaryBlock {
    try {
      const file = (this.file ??= this.create());
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, this.end + done);
      }
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new VarveError("limit", `Data cannot be kept in the temporary folder: ${reason}`, {
        type: "i_o_exception",
        cause,
      });
    }
    const block = { position: this.end, length: bytes.length };
    this.end += bytes.length;
    return block;
  }

  /** The bytes of a block. */
  read({ position, length }: TemporaryBlock): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.file!, bytes, done, length - done, position + done);
      if (count === 0) throw new VarveError("internal", "A block is not in the temporary file");
      done += count;
    }
    return bytes;
  }

  private create(): number {
    const folder = mkdtempSync(join(tmpdir(), "varve-"));
    const file = openSync(join(folder, "blocks"), "wx+", 0o600);
    this.folder = folder;
    this.removeFolder();
    return file;
  }

  private removeFolder(): void {
    if (this.folder === undefined) return;
    try {
      rmSync(this.folder, { recursive: true });
      this.folder = undefined;
    } catch {
      // Windows keeps the name of an open file; it goes when the file is closed.
    }
  }

  /** The file is gone. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
    this.removeFolder();
  }
}
