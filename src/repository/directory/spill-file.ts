// Pages that had to leave memory and must not be fetched again: one temporary file, which has no
// name while it is open (where the system allows that), so that nothing is left behind by a
// process that ends, however it ends.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VarveError } from "../../base/index.ts";

/** Where a page lies in the file. */
export interface Spilled {
  readonly position: number;
  readonly length: number;
}

/** A temporary file of pages; it is made when the first page comes. */
export class SpillFile {
  private file: number | undefined;
  private folder: string | undefined;
  private end = 0;

  /** Writes a page behind the others. */
  write(bytes: Uint8Array): Spilled {
    try {
      const file = (this.file ??= this.create());
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, this.end + done);
      }
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new VarveError("limit", `Pages cannot be kept in the temporary folder: ${reason}`, {
        type: "i_o_exception",
        cause,
      });
    }
    const spilled = { position: this.end, length: bytes.length };
    this.end += bytes.length;
    return spilled;
  }

  read({ position, length }: Spilled): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.file!, bytes, done, length - done, position + done);
      if (count === 0) throw new VarveError("internal", "A page is not in the temporary file");
      done += count;
    }
    return bytes;
  }

  private create(): number {
    const folder = mkdtempSync(join(tmpdir(), "varve-pages-"));
    const file = openSync(join(folder, "pages"), "wx+", 0o600);
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

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
    this.removeFolder();
  }
}
