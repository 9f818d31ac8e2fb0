// Reading an FST where it lies in its file: nothing is decoded before it is walked.
// Format: see fst-constants.ts. Invariants: every address lies in the FST, every list of arcs reads
// towards lower positions, so a walk ends on damaged bytes too.
// Upstream: org.apache.lucene.util.fst.FST.findTargetArc (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { checkHeader, type IndexInput, type RandomAccessInput } from "../../store/index.ts";
import {
  FINAL_ARC,
  FST_CODEC,
  FST_VERSION_CONTINUOUS_ARCS,
  FST_VERSION_START,
  HAS_FINAL_OUTPUT,
  HAS_OUTPUT,
  LAST_ARC,
  NODE_BINARY_SEARCH,
  NODE_CONTINUOUS,
  NODE_DIRECT,
  STOP_NODE,
  TARGET_NEXT,
} from "./fst-constants.ts";

/** An FST with byte inputs and byte-string outputs. */
export interface Fst {
  /** The FST's bytes within its file. */
  readonly offset: number;
  readonly length: number;
  readonly startNode: number;
  /** Output of the empty input, if it is one. */
  readonly emptyOutput: Uint8Array | undefined;
}

/** Reads the metadata of an FST whose bytes begin at `offset` of `indexIn`. */
export function readFst(metaIn: IndexInput, indexIn: IndexInput, offset: number): Fst {
  checkHeader(metaIn, FST_CODEC, FST_VERSION_START, FST_VERSION_CONTINUOUS_ARCS);
  const head = readFstHead(metaIn);
  return placeFst(head, metaIn.readVLong(), indexIn, offset);
}

/** What an FST's metadata begins with in all versions. */
export interface FstHead {
  readonly emptyOutput: Uint8Array | undefined;
  readonly startNode: number;
}

/** Reads what follows the header. */
export function readFstHead(metaIn: IndexInput): FstHead {
  let emptyOutput: Uint8Array | undefined;
  if (metaIn.readByte() === 1) {
    const reversed = metaIn.bytesCopy(metaIn.readCount("output bytes", 1)).reverse();
    emptyOutput = reversed.subarray(outputStart(reversed, metaIn.name));
  }
  const inputType = metaIn.readByte();
  if (inputType !== 0)
    throw corrupt("FST input type is not bytes", { file: metaIn.name, inputType });
  return { emptyOutput, startNode: metaIn.readVLong() };
}

/** An FST of `length` bytes at `offset` of `indexIn`. */
export function placeFst(
  { emptyOutput, startNode }: FstHead,
  length: number,
  indexIn: IndexInput,
  offset: number,
): Fst {
  if (length > indexIn.length - offset || startNode >= Math.max(1, length)) {
    throw corrupt("FST lies outside of its file", {
      file: indexIn.name,
      offset,
      length,
      startNode,
    });
  }
  return { offset, length, startNode, emptyOutput };
}

/** Where the bytes of an output begin, behind their length; the rest must be just these bytes. */
function outputStart(bytes: Uint8Array, file: string): number {
  let length = 0;
  let at = 0;
  for (let shift = 0; at < bytes.length && shift < 35; shift += 7) {
    const byte = bytes[at++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length !== bytes.length - at) throw corrupt("FST output length is wrong", { file, length });
  return at;
}

/** Follows one input from the start node, byte by byte. Not reentrant; make one per enum. */
export class FstCursor {
  private readonly fst: Fst;
  private readonly input: RandomAccessInput;
  private readonly file: string;
  /** Next byte to read; reading moves down. */
  private pos = 0;
  /** Node that the last arc leads to; ≤ 0: none. */
  private target = 0;
  /** An input ends here. */
  isFinal = false;
  /** Outputs of the arcs so far, then the final output. */
  output = new Uint8Array(64);
  private arcOutputLength = 0;
  /** Bytes of `output` that belong to the input that ends here. */
  outputLength = 0;

  constructor(fst: Fst, indexIn: IndexInput) {
    this.fst = fst;
    this.input = indexIn.randomAccess(fst.offset, fst.length);
    this.file = indexIn.name;
    this.reset();
  }

  /** Back to the start node, before any byte. Its output is `fst.emptyOutput`. */
  reset(): void {
    this.target = this.fst.startNode;
    this.isFinal = this.fst.emptyOutput !== undefined;
    this.arcOutputLength = 0;
    this.outputLength = 0;
  }

  /** Follows the arc of `label`; false if there is none, and then the cursor must be reset. */
  descend(label: number): boolean {
    if (this.target <= 0) return false;
    this.pos = this.target;
    const nodeFlags = this.readByte();
    if (nodeFlags === NODE_DIRECT) return this.descendDirect(label);
    if (nodeFlags === NODE_BINARY_SEARCH) return this.descendBinary(label);
    if (nodeFlags === NODE_CONTINUOUS) return this.descendContinuous(label);
    return this.descendList(label, nodeFlags);
  }

  private descendDirect(label: number): boolean {
    const range = this.readVInt();
    const bytesPerArc = this.readVInt();
    const presence = this.pos;
    this.pos -= (range + 7) >> 3;
    const index = label - this.readByte();
    const arcs = this.pos;
    if (index < 0 || index >= range) return false;
    const word = this.input.byteAt(presence - (index >> 3));
    if (((word >> (index & 7)) & 1) === 0) return false;
    let before = bitCount(word & ((1 << (index & 7)) - 1));
    for (let i = 0; i < index >> 3; i++) before += bitCount(this.input.byteAt(presence - i));
    this.pos = arcs - before * bytesPerArc;
    this.readArc(this.readByte(), -1);
    return true;
  }

  private descendContinuous(label: number): boolean {
    const count = this.readVInt();
    const bytesPerArc = this.readVInt();
    const index = label - this.readByte();
    if (index < 0 || index >= count) return false;
    this.pos -= index * bytesPerArc;
    this.readArc(this.readByte(), -1);
    return true;
  }

  private descendBinary(label: number): boolean {
    const count = this.readVInt();
    const bytesPerArc = this.readVInt();
    const arcs = this.pos;
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      this.pos = arcs - middle * bytesPerArc;
      const flags = this.readByte();
      const found = this.readByte();
      if (found < label) low = middle + 1;
      else if (found > label) high = middle - 1;
      else {
        this.readArc(flags, arcs - count * bytesPerArc);
        return true;
      }
    }
    return false;
  }

  private descendList(label: number, firstFlags: number): boolean {
    let flags = firstFlags;
    for (;;) {
      const found = this.readByte();
      if (found === label) {
        this.readArc(flags, -1);
        return true;
      }
      if (found > label || (flags & LAST_ARC) !== 0) return false;
      this.skipArc(flags);
      flags = this.readByte();
    }
  }

  /** Steps over the rest of an arc whose flags and label are read. */
  private skipArc(flags: number): void {
    if ((flags & HAS_OUTPUT) !== 0) this.skipOutput();
    if ((flags & HAS_FINAL_OUTPUT) !== 0) this.skipOutput();
    if ((flags & (STOP_NODE | TARGET_NEXT)) === 0) this.readVLong();
  }

  private skipOutput(): void {
    const length = this.readVInt();
    this.pos -= length;
  }

  /**
   * Reads the rest of an arc and makes it current. `nodeEnd`: the node below a fixed-length one.
   */
  private readArc(flags: number, nodeEnd: number): void {
    if ((flags & HAS_OUTPUT) !== 0) this.arcOutputLength = this.readOutput(this.arcOutputLength);
    this.outputLength = this.arcOutputLength;
    if ((flags & HAS_FINAL_OUTPUT) !== 0) this.outputLength = this.readOutput(this.arcOutputLength);
    this.isFinal = (flags & FINAL_ARC) !== 0;
    if ((flags & STOP_NODE) !== 0) {
      this.target = 0;
    } else if ((flags & TARGET_NEXT) === 0) {
      this.target = this.readVLong();
    } else {
      if (nodeEnd >= 0) this.pos = nodeEnd;
      else if ((flags & LAST_ARC) === 0) this.skipToNextNode();
      this.target = this.pos;
    }
  }

  private skipToNextNode(): void {
    let flags = 0;
    do {
      flags = this.readByte();
      this.readByte();
      this.skipArc(flags);
    } while ((flags & LAST_ARC) === 0);
  }

  /** Appends an output to the first `at` bytes; answers the new length. */
  private readOutput(at: number): number {
    const length = this.readVInt();
    if (length > this.pos + 1)
      throw corrupt("FST output is out of bounds", { file: this.file, length });
    if (at + length > this.output.length) {
      const grown = new Uint8Array((at + length) * 2);
      grown.set(this.output.subarray(0, at));
      this.output = grown;
    }
    for (let i = 0; i < length; i++) this.output[at + i] = this.readByte();
    return at + length;
  }

  private readByte(): number {
    return this.input.byteAt(this.pos--);
  }

  /** A count or length: positive, within the FST. */
  private readVInt(): number {
    const value = this.readVLong();
    if (value > this.fst.length)
      throw corrupt("FST count is out of bounds", { file: this.file, value });
    return value;
  }

  private readVLong(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.readByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw corrupt("FST number is too large", { file: this.file });
  }
}

function bitCount(byte: number): number {
  let bits = byte - ((byte >> 1) & 0x55);
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}
