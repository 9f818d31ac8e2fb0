// The terms index of Lucene 9: an FST from prefixes to block pointers.
//   OUTPUT  vLong  .tim pointer << 2 | hasTerms << 1 | isFloor (from version 1: high bits first)
//           bytes  floor only: vInt followers, then per follower u8 lead byte, vLong distance
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.FieldReader.readVLongOutput (9.12.3).

import { corrupt } from "../../../../base/index.ts";
import type { IndexInput } from "../../../store/index.ts";
import { type Fst, FstCursor } from "../../../util/fst/fst.ts";
import { OUTPUT_HAS_TERMS, OUTPUT_IS_FLOOR } from "./blocktree-constants.ts";
import type { BlockPointer, TermsIndex, TermsIndexCursor } from "./terms-index.ts";

/** One field's FST, and the root's output from .tmd. */
export class FstTermsIndex implements TermsIndex {
  readonly fst: Fst;
  private readonly indexIn: IndexInput;
  readonly rootOutput: Uint8Array;
  readonly hasMsbOutput: boolean;

  constructor(fst: Fst, indexIn: IndexInput, rootOutput: Uint8Array, hasMsbOutput: boolean) {
    this.fst = fst;
    this.indexIn = indexIn;
    this.rootOutput = rootOutput;
    this.hasMsbOutput = hasMsbOutput;
  }

  cursor(): TermsIndexCursor {
    return new FstTermsIndexCursor(this, this.indexIn);
  }
}

class FstTermsIndexCursor implements TermsIndexCursor {
  private readonly index: FstTermsIndex;
  private readonly walk: FstCursor;
  private readonly file: string;
  private atRoot = true;

  constructor(index: FstTermsIndex, indexIn: IndexInput) {
    this.index = index;
    this.walk = new FstCursor(index.fst, indexIn);
    this.file = indexIn.name;
  }

  reset(): void {
    this.walk.reset();
    this.atRoot = true;
  }

  descend(label: number): boolean {
    this.atRoot = false;
    return this.walk.descend(label);
  }

  isBlock(): boolean {
    return this.atRoot || this.walk.isFinal;
  }

  readBlock(target: BlockPointer): void {
    const bytes = this.atRoot ? this.index.rootOutput : this.walk.output;
    const end = this.atRoot ? bytes.length : this.walk.outputLength;
    const msb = this.index.hasMsbOutput;
    let code = 0;
    let scale = 1;
    let at = 0;
    for (;;) {
      if (at >= end || at >= 8) throw corrupt("Terms index output is damaged", { file: this.file });
      const byte = bytes[at++]!;
      code = msb ? code * 128 + (byte & 0x7f) : code + (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) break;
    }
    target.fp = Math.floor(code / 4);
    target.hasTerms = (code & OUTPUT_HAS_TERMS) !== 0;
    target.isFloor = (code & OUTPUT_IS_FLOOR) !== 0;
    target.floorBytes = bytes;
    target.floorStart = at;
    target.floorEnd = end;
  }
}
