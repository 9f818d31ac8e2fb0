// What every Lucene format owes to damaged bytes, whoever wrote them:
//   cut      a file that ends early is refused when it is read, at whatever byte it ends
//   flip     a changed byte is refused by `check`, which compares checksums
//   forge    a changed byte under a checksum that was made to fit again (our bug, a bad writer, an
//            attacker) may go unnoticed; it never hangs, takes much memory, or throws anything but
//            a VarveError
// A format's test hands over files and how to read them; positions are sampled from a seed.

import { describe, expect, it } from "vitest";
import { crc32, type ErrorKind, seededRandom, VarveError } from "../../src/base/index.ts";
import { MemoryDirectory } from "../../src/lucene/store/index.ts";

export interface FormatSuite {
  /** What is damaged, as the tests' name. */
  readonly name: string;
  /** Undamaged files; asked for once. */
  readonly files: () => ReadonlyMap<string, Uint8Array>;
  /** Opens the format and reads everything that it holds. */
  readonly read: (directory: MemoryDirectory) => void;
  /** Compares every checksum; without it, files are not flipped. */
  readonly check?: (directory: MemoryDirectory) => void;
  /** Which files are damaged; all by default. */
  readonly damages?: (name: string) => boolean;
  /** Positions per file and kind of damage; every byte of shorter files. Default 150. */
  readonly samples?: number;
  /** Longest time that one damaged read may take. Default 2000. */
  readonly timeMsMax?: number;
}

const KINDS: readonly ErrorKind[] = ["corrupt", "too-old", "too-new", "unsupported", "missing"];
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
const FOOTER_BYTES = 16;

/** Declares the tests of one format. */
export function describeFormat(suite: FormatSuite): void {
  describe(`${suite.name} under damage`, () => {
    const files = suite.files();
    const names = [...files.keys()].filter((name) => suite.damages?.(name) ?? true);

    it("reads everything when nothing is damaged", () => {
      expect(failure(suite, files, suite.read)).toBeUndefined();
      if (suite.check !== undefined) expect(failure(suite, files, suite.check)).toBeUndefined();
    });

    it.each(names)("rejects %s when it is cut", (name) => {
      const bytes = files.get(name)!;
      for (const length of positions(bytes.length, suite)) {
        const damaged = withFile(files, name, bytes.subarray(0, length));
        const error = failure(suite, damaged, suite.read);
        expect(isRefusal(error), `cut at ${length}: ${describeError(error)}`).toBe(true);
      }
    });

    it.skipIf(suite.check === undefined).each(names)(
      "rejects %s when a byte is flipped",
      (name) => {
        const bytes = files.get(name)!;
        for (const position of positions(bytes.length, suite)) {
          const damaged = withFile(files, name, flipped(bytes, position));
          const error = failure(suite, damaged, suite.check!);
          expect(isRefusal(error), `flip at ${position}: ${describeError(error)}`).toBe(true);
        }
      },
    );

    it.each(names)("survives %s when its checksum hides a flipped byte", (name) => {
      const bytes = files.get(name)!;
      for (const position of positions(bytes.length - FOOTER_BYTES, suite)) {
        const damaged = withFile(files, name, restamped(flipped(bytes, position)));
        const error = failure(suite, damaged, suite.read);
        const fine = error === undefined || isRefusal(error);
        expect(fine, `forged at ${position}: ${describeError(error)}`).toBe(true);
      }
    });
  });
}

/** `bytes` with a footer that fits again. */
export function restamped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  view.setUint32(copy.length - 8, 0);
  view.setUint32(copy.length - 4, crc32(copy.subarray(0, copy.length - 8)));
  return copy;
}

function flipped(bytes: Uint8Array, position: number): Uint8Array {
  const copy = bytes.slice();
  // Each position gets another bit pattern, the same in every run.
  copy[position]! ^= 1 + ((position * 37 + 11) % 255);
  return copy;
}

function withFile(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
  bytes: Uint8Array,
): ReadonlyMap<string, Uint8Array> {
  return new Map(files).set(name, bytes);
}

function positions(length: number, suite: FormatSuite): number[] {
  const samples = suite.samples ?? 150;
  if (length <= samples) return Array.from({ length }, (_, i) => i);
  const random = seededRandom(length);
  const chosen = new Set<number>();
  // The first and last bytes hold headers, counts and footers.
  for (let i = 0; i < samples / 4; i++) {
    chosen.add(i);
    chosen.add(length - 1 - i);
  }
  while (chosen.size < samples) chosen.add(Math.floor(random.next() * length));
  return [...chosen].sort((a, b) => a - b);
}

function failure(
  suite: FormatSuite,
  files: ReadonlyMap<string, Uint8Array>,
  action: (directory: MemoryDirectory) => void,
): unknown {
  const directory = new MemoryDirectory();
  for (const [name, bytes] of files) directory.files.set(name, bytes);
  const memory = process.memoryUsage().arrayBuffers;
  const start = Date.now();
  let thrown: unknown;
  try {
    action(directory);
  } catch (error) {
    thrown = error;
  }
  const elapsed = Date.now() - start;
  const taken = process.memoryUsage().arrayBuffers - memory;
  if (elapsed > (suite.timeMsMax ?? 2000)) return new Error(`took ${elapsed} ms`);
  if (taken > MEMORY_BYTES_MAX) return new Error(`took ${taken} bytes`);
  return thrown;
}

function isRefusal(error: unknown): boolean {
  return error instanceof VarveError && KINDS.includes(error.kind);
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
