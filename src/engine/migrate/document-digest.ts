// Tells two sets of documents apart in one pass over each, in any order and in bounded memory: the
// SHA-256 of each document, added up in eight lanes modulo 2^32. One document more, fewer or other
// changes the sum.
//
//   hashed of a document: id LF, routing LF (or LF alone), length of the source LF, source

import { createHash } from "node:crypto";

const LANES = 8;

/** Sums up documents. */
export class DocumentDigest {
  private readonly lanes = new Uint32Array(LANES);
  documents = 0;

  add(id: string, routing: string | undefined, source: Uint8Array): void {
    const hash = createHash("sha256");
    hash.update(`${id}\n${routing ?? ""}\n${source.length}\n`).update(source);
    const sum = hash.digest();
    for (let lane = 0; lane < LANES; lane++) {
      this.lanes[lane] = (this.lanes[lane]! + sum.readUInt32LE(lane * 4)) >>> 0;
    }
    this.documents++;
  }

  /** 64 hexadecimal digits. */
  value(): string {
    return Buffer.from(this.lanes.buffer).toString("hex");
  }
}
