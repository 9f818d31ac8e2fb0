// Damage to postings files, and what reading them may end with.

import { crc32, VarveError } from "../../../src/base/index.ts";
import { PostingsFlags, type Terms } from "../../../src/lucene/index/leaf-reader.ts";
import { FOOTER_BYTES, MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { digestTerms } from "./digest.ts";

export type Open = (directory: MemoryDirectory) => {
  terms: (Terms | undefined)[];
  check: () => void;
};

export interface Victim {
  readonly name: string;
  readonly directory: MemoryDirectory;
  readonly open: Open;
}

export function postingsFiles(directory: MemoryDirectory): string[] {
  return directory.listAll().filter((name) => /\.(doc|pos|pay|tim|tip|tmd|psm)$/.test(name));
}

export function damaged(
  directory: MemoryDirectory,
  name: string,
  bytes: Uint8Array,
): MemoryDirectory {
  const copy = new MemoryDirectory();
  for (const [other, content] of directory.files) copy.files.set(other, content);
  copy.files.set(name, bytes);
  return copy;
}

/** The body with the footer that it should have. */
export function sealed(body: Uint8Array, original: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([body, original.subarray(original.length - FOOTER_BYTES)]);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 8)), bytes.length - 4);
  return bytes;
}

function readAll(terms: Terms): void {
  digestTerms(terms);
  const termsEnum = terms.iterator();
  for (const target of ["", "abc", "prefix5", "http://example.org/zz", "zzzz"]) {
    if (termsEnum.seekCeil(Buffer.from(target)) === "end") continue;
    termsEnum.next();
    if (!termsEnum.seekExact(terms.minTerm!)) continue;
    const impacts = termsEnum.impacts(PostingsFlags.FREQS);
    if (impacts === undefined) continue;
    for (const doc of [3, 200, 5000]) {
      impacts.advanceShallow(doc);
      impacts.impacts();
      impacts.advance(doc);
    }
  }
}

/** `ok` or `corrupt`; anything else is thrown on. */
export function outcome(victim: Victim, directory: MemoryDirectory): "ok" | "corrupt" {
  try {
    for (const terms of victim.open(directory).terms) if (terms !== undefined) readAll(terms);
    return "ok";
  } catch (error) {
    // A flipped version number is an honest "too new".
    if (error instanceof VarveError && /^(corrupt|too-new|too-old)$/.test(error.kind))
      return "corrupt";
    throw error;
  }
}
