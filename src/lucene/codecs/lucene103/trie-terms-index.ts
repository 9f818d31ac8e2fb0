// The terms index of Lucene 10.3: a trie from prefixes to block pointers. Children are written
// before their parents; all pointers are distances back, all numbers little-endian.
//
//   NODE            BITS OF ITS FIRST BYTES (low first)
//   leaf            2 kind = 0, 3 fp bytes - 1, 1 hasTerms, 1 hasFloor; then fp, floor data
//   one child       2 kind = 1 with output, 2 without; 3 child bytes - 1; 3 output bytes - 1; u8
//                   label; then the distance to the child, the output, floor data
//   many children   2 kind = 3; 3 child bytes - 1; 1 hasOutput; 3 output bytes - 1; 2 strategy;
//                   5 strategy bytes - 1; 8 lowest label (24 bits in all); then the output;
//                   with floor data u8 children - 1; the strategy's bytes; the distances to the
//                   children; floor data
// An output of an inner node is fp << 2 | hasTerms << 1 | hasFloor.
//   STRATEGY        WHICH LABELS ABOVE THE LOWEST HAVE A CHILD
//   0 reverse array the highest label, then the labels in between that have none, ascending
//   1 array         the labels, ascending
//   2 bits          bit n: label lowest + n
// Floor data: vInt followers, then per follower u8 lead byte, vLong distance << 1 | hasTerms.
// Upstream: org.apache.lucene.codecs.lucene103.blocktree.{TrieReader,TrieBuilder} (10.4.0).

import { corrupt } from "../../../base/index.ts";
import type { IndexInput, RandomAccessInput } from "../../store/index.ts";
import type {
  BlockPointer,
  TermsIndex,
  TermsIndexCursor,
} from "../lucene90/blocktree/terms-index.ts";

const KIND_LEAF = 0;
const KIND_ONE_WITH_OUTPUT = 1;
const KIND_MANY = 3;
const STRATEGY_REVERSE_ARRAY = 0;
const STRATEGY_ARRAY = 1;
const STRATEGY_BITS = 2;
const NONE = -1;

/** One field's trie. Upstream: TrieReader. */
export class TrieTermsIndex implements TermsIndex {
  private readonly indexIn: IndexInput;
  private readonly start: number;
  private readonly length: number;
  private readonly root: number;

  constructor(indexIn: IndexInput, start: number, length: number, root: number) {
    this.indexIn = indexIn;
    this.start = start;
    this.length = length;
    this.root = root;
  }

  cursor(): TermsIndexCursor {
    const input = this.indexIn.randomAccess(this.start, this.length);
    return new TrieCursor(input, this.root, this.indexIn.name);
  }
}

class TrieCursor implements TermsIndexCursor {
  private readonly input: RandomAccessInput;
  private readonly root: number;
  private readonly file: string;
  /** The current node. */
  private node = 0;
  private kind = 0;
  private minLabel = 0;
  /** One child: how far back it is. */
  private childDistance = 0;
  /** Many children: their table. */
  private strategy = 0;
  private strategyFp = 0;
  private strategyBytes = 0;
  private childBytes = 0;
  /** Block of the current prefix, or -1. */
  private blockFp = NONE;
  private hasTerms = false;
  private floorFp = NONE;
  private floorBytes = new Uint8Array(64);
  /** Which node's floor data `floorBytes` holds, and how long it is. */
  private floorOf = NONE;
  private floorLength = 0;

  constructor(input: RandomAccessInput, root: number, file: string) {
    this.input = input;
    this.root = root;
    this.file = file;
    this.reset();
  }

  reset(): void {
    this.load(this.root);
  }

  isBlock(): boolean {
    return this.blockFp !== NONE;
  }

  private number(position: number, bytes: number): number {
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.input.byteAt(position + i);
    return value;
  }

  private load(node: number): void {
    const head = this.input.byteAt(node);
    this.node = node;
    this.kind = head & 3;
    this.floorFp = NONE;
    if (this.kind === KIND_LEAF) this.loadLeaf(node, head);
    else if (this.kind === KIND_MANY) this.loadMany(node);
    else this.loadOne(node, head);
  }

  private loadLeaf(node: number, head: number): void {
    const bytes = ((head >>> 2) & 7) + 1;
    this.blockFp = this.number(node + 1, bytes);
    this.hasTerms = (head & 0x20) !== 0;
    if ((head & 0x40) !== 0) this.floorFp = node + 1 + bytes;
  }

  /** Reads an inner node's output; answers where it ends. */
  private loadOutput(position: number, bytes: number): number {
    const code = this.number(position, bytes);
    this.blockFp = Math.floor(code / 4);
    this.hasTerms = (code & 2) !== 0;
    this.floorFp = (code & 1) !== 0 ? position + bytes : NONE;
    return position + bytes;
  }

  private loadOne(node: number, head: number): void {
    const childBytes = ((head >>> 2) & 7) + 1;
    this.minLabel = this.input.byteAt(node + 1);
    this.childDistance = this.number(node + 2, childBytes);
    if (this.kind === KIND_ONE_WITH_OUTPUT)
      this.loadOutput(node + 2 + childBytes, ((head >>> 5) & 7) + 1);
    else this.blockFp = NONE;
  }

  private loadMany(node: number): void {
    const head = this.number(node, 3);
    this.childBytes = ((head >>> 2) & 7) + 1;
    this.strategy = (head >>> 9) & 3;
    this.strategyBytes = ((head >>> 11) & 0x1f) + 1;
    this.minLabel = (head >>> 16) & 0xff;
    this.blockFp = NONE;
    let at = node + 3;
    if ((head & 0x20) !== 0) at = this.loadOutput(at, ((head >>> 6) & 7) + 1);
    if (this.floorFp === NONE) {
      this.strategyFp = at;
    } else {
      const children = this.input.byteAt(at) + 1;
      this.strategyFp = at + 1;
      this.floorFp = this.strategyFp + this.strategyBytes + children * this.childBytes;
    }
  }

  descend(label: number): boolean {
    if (this.kind === KIND_LEAF) return false;
    if (this.kind !== KIND_MANY) {
      if (label !== this.minLabel) return false;
      this.loadChild(this.childDistance);
      return true;
    }
    const index =
      label === this.minLabel ? 0 : label < this.minLabel ? NONE : this.childIndex(label);
    if (index === NONE) return false;
    const entry = this.strategyFp + this.strategyBytes + index * this.childBytes;
    this.loadChild(this.number(entry, this.childBytes));
    return true;
  }

  private loadChild(distance: number): void {
    if (distance < 1 || distance > this.node) {
      throw corrupt("Trie node does not point backwards", {
        file: this.file,
        node: this.node,
        distance,
      });
    }
    this.load(this.node - distance);
  }

  /** Which child `label`, above the lowest, is; -1 if there is none. */
  private childIndex(label: number): number {
    if (this.strategy === STRATEGY_BITS) return this.indexByBits(label);
    if (this.strategy === STRATEGY_ARRAY) {
      const at = this.search(this.strategyFp, this.strategyBytes, label);
      return at < 0 ? NONE : at + 1;
    }
    if (this.strategy !== STRATEGY_REVERSE_ARRAY) {
      throw corrupt("Unknown strategy of a trie node", {
        file: this.file,
        strategy: this.strategy,
      });
    }
    const maxLabel = this.input.byteAt(this.strategyFp);
    if (label > maxLabel) return NONE;
    if (label === maxLabel) return maxLabel - this.minLabel - this.strategyBytes + 1;
    const at = this.search(this.strategyFp + 1, this.strategyBytes - 1, label);
    return at >= 0 ? NONE : label - this.minLabel - (-at - 1);
  }

  private indexByBits(label: number): number {
    const bit = label - this.minLabel;
    if (bit >= this.strategyBytes * 8) return NONE;
    const byte = this.input.byteAt(this.strategyFp + (bit >> 3));
    if (((byte >> (bit & 7)) & 1) === 0) return NONE;
    let index = bitCount(byte & ((1 << (bit & 7)) - 1));
    for (let i = 0; i < bit >> 3; i++) index += bitCount(this.input.byteAt(this.strategyFp + i));
    return index;
  }

  /** Index of `label` in `count` ascending bytes, or -(insertion point) - 1. */
  private search(start: number, count: number, label: number): number {
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.input.byteAt(start + middle);
      if (found < label) low = middle + 1;
      else if (found > label) high = middle - 1;
      else return middle;
    }
    return -low - 1;
  }

  readBlock(target: BlockPointer): void {
    target.fp = this.blockFp;
    target.hasTerms = this.hasTerms;
    target.isFloor = this.floorFp !== NONE;
    if (!target.isFloor) return;
    if (this.floorOf !== this.node) this.readFloorData();
    target.floorBytes = this.floorBytes;
    target.floorStart = 0;
    target.floorEnd = this.floorLength;
  }

  /** Floor data has no length: its end is found by stepping over the followers. */
  private readFloorData(): void {
    this.floorOf = NONE;
    this.floorLength = 0;
    let followers = 0;
    let shift = 0;
    let byte = 0x80;
    for (; byte >= 0x80 && shift < 21; shift += 7) {
      byte = this.copyFloorByte();
      followers |= (byte & 0x7f) << shift;
    }
    if (followers < 1 || followers > 256) {
      throw corrupt("Floor data of a trie node is damaged", { file: this.file, followers });
    }
    for (; followers > 0; followers--) {
      this.copyFloorByte();
      while (this.copyFloorByte() >= 0x80);
    }
    this.floorOf = this.node;
  }

  private copyFloorByte(): number {
    if (this.floorLength === this.floorBytes.length) {
      const grown = new Uint8Array(this.floorLength * 2);
      grown.set(this.floorBytes);
      this.floorBytes = grown;
    }
    const byte = this.input.byteAt(this.floorFp + this.floorLength);
    this.floorBytes[this.floorLength++] = byte;
    return byte;
  }
}

function bitCount(byte: number): number {
  let bits = byte - ((byte >> 1) & 0x55);
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}
