// A directory for a segment that will be one compound file: its parts stay in memory, and only what
// the packed segment consists of (.cfs, .cfe, .si) is created on disk. Creating a file costs more
// than writing a small one, so this is what makes a refresh of a few documents cheap.
// Where the segment turns out too large to be compound, `writeOut` puts the parts on disk after
// all. Upstream: NRTCachingDirectory does the like for whole segments (9.1.0).

import { type Directory, IndexInput, IndexOutput, memorySource } from "../store/index.ts";
import type { RamCounter } from "./buffered-dictionary.ts";
import { TrackingDirectory } from "./tracking-directory.ts";

const PACKED = /\.(?:cfs|cfe|si)$/;

/** Parts in memory over a directory for the rest. */
export class PartDirectory extends TrackingDirectory {
  private readonly parts = new Map<string, Uint8Array>();
  private readonly target: Directory;
  private readonly ram: RamCounter;

  constructor(target: Directory, ram: RamCounter) {
    super(target);
    this.target = target;
    this.ram = ram;
  }

  override fileLength(name: string): number {
    return this.parts.get(name)?.length ?? super.fileLength(name);
  }

  override openInput(name: string): IndexInput {
    const part = this.parts.get(name);
    return part === undefined ? super.openInput(name) : new IndexInput(memorySource(name, part));
  }

  override createOutput(name: string): IndexOutput {
    if (PACKED.test(name)) return super.createOutput(name);
    const chunks: Uint8Array[] = [];
    this.created.add(name);
    return new IndexOutput(name, {
      write: (bytes) => {
        chunks.push(bytes.slice());
        this.ram.bytes += bytes.length;
      },
      close: () => {
        this.parts.set(name, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      },
    });
  }

  override deleteFile(name: string): void {
    if (PACKED.test(name)) {
      super.deleteFile(name);
      return;
    }
    this.parts.delete(name);
    this.created.delete(name);
  }

  /** Writes the parts that are left as files of their own. */
  override writeOut(): void {
    for (const [name, bytes] of this.parts) {
      const output = this.target.createOutput(name);
      output.writeBytes(bytes);
      output.close();
    }
    this.parts.clear();
  }
}
