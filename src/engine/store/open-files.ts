// A bounded number of open file descriptors: a file is opened when it is read, and the one that was
// not read for longest is closed when there are too many. A deleted file must be closed by its
// owner.

import { closeSync, openSync } from "node:fs";

/** How many descriptors stay open, for all directories of the process. */
export const OPEN_FILES_MAX_DEFAULT = 512;

/** Descriptors by path, least recently used out first. */
export class OpenFiles {
  private readonly max: number;
  private readonly descriptors = new Map<string, number>();

  constructor(max = OPEN_FILES_MAX_DEFAULT) {
    this.max = max;
  }

  /** A descriptor for reading, valid until the next call. */
  descriptor(path: string): number {
    const known = this.descriptors.get(path);
    if (known !== undefined) {
      this.descriptors.delete(path);
      this.descriptors.set(path, known);
      return known;
    }
    const opened = openSync(path, "r");
    this.descriptors.set(path, opened);
    if (this.descriptors.size > this.max) {
      const [oldest] = this.descriptors.keys();
      this.close(oldest!);
    }
    return opened;
  }

  close(path: string): void {
    const descriptor = this.descriptors.get(path);
    if (descriptor === undefined) return;
    this.descriptors.delete(path);
    closeSync(descriptor);
  }

  get count(): number {
    return this.descriptors.size;
  }
}

/** The descriptors that directories share unless they are given others. */
export const sharedOpenFiles = new OpenFiles();
