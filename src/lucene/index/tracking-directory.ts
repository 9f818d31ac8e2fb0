// A directory that remembers which files were created through it: the files of a new segment.
// Upstream: TrackingDirectoryWrapper (9.1.0).

import type { Directory, IndexInput, IndexOutput } from "../store/index.ts";

/** Passes everything on and collects the names of created files. */
export class TrackingDirectory implements Directory {
  readonly created = new Set<string>();
  private readonly directory: Directory;

  constructor(directory: Directory) {
    this.directory = directory;
  }

  listAll(): string[] {
    return this.directory.listAll();
  }

  fileLength(name: string): number {
    return this.directory.fileLength(name);
  }

  openInput(name: string): IndexInput {
    return this.directory.openInput(name);
  }

  createOutput(name: string): IndexOutput {
    const output = this.directory.createOutput(name);
    this.created.add(name);
    return output;
  }

  deleteFile(name: string): void {
    this.directory.deleteFile(name);
    this.created.delete(name);
  }

  rename(source: string, target: string): void {
    this.directory.rename(source, target);
    if (this.created.delete(source)) this.created.add(target);
  }

  sync(names: readonly string[]): void {
    this.directory.sync(names);
  }

  syncMetadata(): void {
    this.directory.syncMetadata();
  }

  close(): void {}

  /** Puts on disk what is only in memory: nothing here. */
  writeOut(): void {}

  /** Deletes what was created, after a failure. */
  deleteCreated(): void {
    for (const name of [...this.created]) {
      try {
        this.deleteFile(name);
      } catch {
        // The failure that led here is the one to report; a file that stays is cleaned at next
        // open.
      }
    }
  }
}
