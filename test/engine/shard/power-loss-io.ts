// A file system in memory that can lose its power: what was synced stays, what was not may be there
// whole, in part or not at all. Names are kept apart from contents: a created, renamed or removed
// name is durable only when its folder was synced, and names of one folder survive in order.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  type FileIo,
  type Random,
  type ReadableFile,
  VarveError,
  type WritableFile,
} from "../../../src/base/index.ts";

interface Inode {
  durable: Buffer;
  current: Buffer;
}

type NameChange = (names: Map<string, Inode>) => void;

/** Every call counts as one step; at `cutAtStep` the power goes. */
export class PowerLossIo implements FileIo {
  private readonly cutAtStep: number;
  private step = 0;
  private readonly durableNames = new Map<string, Inode>();
  private readonly names = new Map<string, Inode>();
  /** Folder → changes of names since its last sync, in order. */
  private readonly pending = new Map<string, NameChange[]>();

  constructor(cutAtStep: number) {
    this.cutAtStep = cutAtStep;
  }

  get isOff(): boolean {
    return this.step >= this.cutAtStep;
  }

  private tick(): void {
    if (this.isOff || ++this.step >= this.cutAtStep) {
      throw new VarveError("unavailable", "The power is off");
    }
  }

  private change(path: string, apply: NameChange): void {
    apply(this.names);
    const folder = dirname(path);
    const changes = this.pending.get(folder) ?? [];
    changes.push(apply);
    this.pending.set(folder, changes);
  }

  private inode(path: string): Inode {
    const inode = this.names.get(path);
    if (inode === undefined) throw new VarveError("missing", `No such file ${path}`);
    return inode;
  }

  makeDirectory(): void {
    this.tick();
  }

  list(path: string): string[] {
    return [...this.names.keys()]
      .filter((name) => dirname(name) === path)
      .map((name) => relative(path, name));
  }

  lengthBytes(path: string): number | undefined {
    return this.names.get(path)?.current.length;
  }

  openRead(path: string): ReadableFile {
    const inode = this.inode(path);
    return {
      path,
      lengthBytes: inode.current.length,
      read: (target, position) => inode.current.copy(target, 0, position),
      close() {},
    };
  }

  openWrite(path: string, mode: "exclusive" | "truncate" | "existing"): WritableFile {
    if (mode === "exclusive") {
      this.tick();
      if (this.names.has(path)) throw new VarveError("conflict", `File exists ${path}`);
      const created: Inode = { durable: Buffer.alloc(0), current: Buffer.alloc(0) };
      this.change(path, (names) => void names.set(path, created));
    }
    const inode = this.inode(path);
    if (mode === "truncate") inode.current = Buffer.alloc(0);
    const write = (bytes: Uint8Array, position: number) => {
      this.tick();
      const grown = Buffer.alloc(Math.max(inode.current.length, position + bytes.length));
      inode.current.copy(grown);
      grown.set(bytes, position);
      inode.current = grown;
    };
    const sync = () => {
      this.tick();
      inode.durable = inode.current;
    };
    const later = async (action: () => void) => {
      await new Promise((resolve) => setImmediate(resolve));
      action();
    };
    return {
      path,
      write,
      writeAsync: (bytes, position) => {
        // The bytes may be used again once the promise has settled.
        const copy = Buffer.from(bytes);
        return later(() => write(copy, position));
      },
      truncate: (length) => void (inode.current = inode.current.subarray(0, length)),
      sync,
      syncAsync: () => later(sync),
      close() {},
    };
  }

  rename(source: string, target: string): void {
    this.tick();
    const inode = this.inode(source);
    this.change(target, (names) => {
      names.delete(source);
      names.set(target, inode);
    });
  }

  remove(path: string): void {
    this.tick();
    if (this.names.has(path)) this.change(path, (names) => void names.delete(path));
  }

  async removeAsync(path: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.remove(path);
  }

  syncDirectory(path: string): void {
    this.tick();
    for (const apply of this.pending.get(path) ?? []) apply(this.durableNames);
    this.pending.delete(path);
  }

  async syncDirectoryAsync(path: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.syncDirectory(path);
  }

  /** Writes what survived below `folder` to the same place of the real file system. */
  surviveTo(folder: string, random: Random): void {
    for (const changes of this.pending.values()) {
      const survivors = Math.floor(random.next() * (changes.length + 1));
      for (const apply of changes.slice(0, survivors)) apply(this.durableNames);
    }
    for (const [path, inode] of this.durableNames) {
      if (relative(folder, path).startsWith("..")) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, survivingBytes(inode, random));
    }
    mkdirSync(join(folder, "index"), { recursive: true });
  }
}

/** What was synced, what was written last, or what was synced and a part of the rest. */
function survivingBytes(inode: Inode, random: Random): Uint8Array {
  const luck = random.next();
  if (luck < 0.4) return inode.durable;
  if (luck < 0.7) return inode.current;
  const { durable, current } = inode;
  if (current.length <= durable.length) return durable;
  const length = durable.length + Math.floor(random.next() * (current.length - durable.length));
  const mixed = Buffer.from(current.subarray(0, length));
  // A file may have grown without its bytes.
  if (luck < 0.85) mixed.fill(0, durable.length);
  durable.copy(mixed);
  return mixed;
}
