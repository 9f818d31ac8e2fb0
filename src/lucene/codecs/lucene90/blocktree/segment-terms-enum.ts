// Terms of one field in order, with seeks through the terms index.
//
// A seek follows the index as far as the term goes and keeps one frame per block on the way; only
// the last one is read from .tim. `next` leaves a block through its parent, which is read then.
// Invariants: a child block lies before its parent in .tim, and a sequential walk returns no more
// terms than the field has; both end a walk over damaged bytes.
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.SegmentTermsEnum (9.12.3).

import { corrupt, TERM_BYTES_MAX, VarveError } from "../../../../base/index.ts";
import type {
  ImpactsEnum,
  PostingsEnum,
  SeekStatus,
  TermsEnum,
} from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import { BlockTermState, type PostingsFeatures } from "../postings/block-term-state.ts";
import type { PostingsReaderBase } from "./postings-reader-base.ts";
import type { TermBlockFrame } from "./term-block-frame.ts";
import { BlockPointer, type TermsIndex, type TermsIndexCursor } from "./terms-index.ts";

/** Where the enum is: nowhere, on a term of a block, on a term by its state, or at the end. */
type Place = "unset" | "block" | "state" | "end";

/** What the enum needs of its field. */
export interface SegmentTerms {
  readonly size: number;
  readonly features: PostingsFeatures;
  readonly index: TermsIndex;
  /** The whole .tim; the enum clones it. */
  readonly termsIn: IndexInput;
  readonly postingsReader: PostingsReaderBase;
  /** A frame that reads the blocks of the generation. */
  newFrame(): TermBlockFrame;
}

/** Upstream: SegmentTermsEnum. Terms are borrowed until the enum moves. */
export class SegmentTermsEnum implements TermsEnum {
  private readonly terms: SegmentTerms;
  private readonly cursor: TermsIndexCursor;
  private readonly pointer = new BlockPointer();
  private input: IndexInput | undefined;
  private readonly frames: TermBlockFrame[] = [];
  /** Index of the current frame, or -1. */
  private top = -1;
  private bytes = new Uint8Array(32);
  private length = 0;
  private place: Place = "unset";
  private readonly pinned = new BlockTermState();
  /** Terms that `next` answered since the last seek. */
  private walked = 0;

  constructor(terms: SegmentTerms) {
    this.terms = terms;
    this.cursor = terms.index.cursor();
  }

  private get frame(): TermBlockFrame {
    return this.frames[this.top]!;
  }

  private termsIn(): IndexInput {
    return (this.input ??= this.terms.termsIn.clone());
  }

  private push(): TermBlockFrame {
    this.top++;
    let frame = this.frames[this.top];
    if (frame === undefined) {
      frame = this.terms.newFrame();
      this.frames.push(frame);
    }
    return frame;
  }

  private pushIndexed(prefixLength: number): void {
    this.cursor.readBlock(this.pointer);
    this.push().setPointer(this.pointer, prefixLength);
  }

  /** Follows `target` through the index, then to the floor block that may hold it. */
  private followIndex(target: Uint8Array): TermBlockFrame {
    const cursor = this.cursor;
    this.walked = 0;
    this.top = -1;
    cursor.reset();
    this.pushIndexed(0);
    for (let at = 0; at < target.length && cursor.descend(target[at]!); at++) {
      if (cursor.isBlock()) this.pushIndexed(at + 1);
    }
    this.setPrefix(target, this.frame.prefixLength);
    const frame = this.frame;
    frame.scanToFloorBlock(target, target.length);
    return frame;
  }

  private setPrefix(source: Uint8Array, length: number): void {
    if (this.bytes.length < length) this.bytes = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) this.bytes[i] = source[i]!;
    this.length = length;
  }

  /** Appends the current entry's suffix to its frame's prefix. */
  private fillTerm(frame: TermBlockFrame): void {
    const prefixLength = frame.prefixLength;
    const length = prefixLength + frame.suffixLength;
    if (length > this.bytes.length) {
      if (length > TERM_BYTES_MAX)
        throw corrupt("Term is too long", { file: this.terms.termsIn.name, length });
      const grown = new Uint8Array(length * 2);
      grown.set(this.bytes.subarray(0, prefixLength));
      this.bytes = grown;
    }
    const source = frame.suffixes.bytes;
    const start = frame.suffixStart - prefixLength;
    for (let i = prefixLength; i < length; i++) this.bytes[i] = source[start + i]!;
    this.length = length;
  }

  private isAt(target: Uint8Array): boolean {
    if ((this.place !== "block" && this.place !== "state") || target.length !== this.length)
      return false;
    for (let i = 0; i < target.length; i++) if (target[i] !== this.bytes[i]) return false;
    return true;
  }

  seekExact(target: Uint8Array): boolean {
    if (this.isAt(target)) return true;
    this.place = "unset";
    const frame = this.followIndex(target);
    if (!frame.hasTerms) return false;
    frame.load(this.termsIn());
    if (frame.scanTo(target) !== "found") return false;
    this.fillTerm(frame);
    this.place = "block";
    return true;
  }

  seekCeil(target: Uint8Array): SeekStatus {
    if (this.isAt(target)) return "found";
    this.place = "unset";
    const frame = this.followIndex(target);
    frame.load(this.termsIn());
    const result = frame.scanTo(target);
    this.place = "block";
    if (result === "end") return this.advance() ? "not-found" : "end";
    this.fillTerm(frame);
    if (result === "block-after") {
      this.pushChild(frame);
      return this.advance() ? "not-found" : "end";
    }
    return result === "found" ? "found" : "not-found";
  }

  next(): Uint8Array | undefined {
    if (this.place === "end") return undefined;
    if (this.place === "state") this.leaveState();
    if (this.place === "unset") {
      this.followIndex(new Uint8Array(0));
      this.frame.load(this.termsIn());
      this.place = "block";
    }
    if (!this.advance()) return undefined;
    if (++this.walked > this.terms.size) {
      throw corrupt("Terms dictionary has more terms than its field", {
        file: this.terms.termsIn.name,
      });
    }
    return this.term();
  }

  /** `next` after `seekToState` needs the block after all. */
  private leaveState(): void {
    const term = this.term().slice();
    this.place = "unset";
    if (!this.seekExact(term))
      throw new VarveError("internal", "The term of a state is not in its field");
  }

  private pushChild(parent: TermBlockFrame): void {
    const child = this.push();
    child.setChild(parent.subFp, this.length);
    child.load(this.termsIn());
  }

  /** Moves to the next term from wherever the frames are; false at the end. */
  private advance(): boolean {
    for (;;) {
      const frame = this.frame;
      if (frame.nextEntry < frame.entryCount) {
        frame.next();
        this.fillTerm(frame);
        if (frame.subFp < 0) return true;
        this.pushChild(frame);
      } else if (!frame.isLastInFloor) {
        frame.loadNextFloorBlock(this.termsIn());
      } else if (!this.pop()) {
        this.place = "end";
        return false;
      }
    }
  }

  /** Back to the parent, behind the entry of the block that is done. */
  private pop(): boolean {
    if (this.top === 0) return false;
    const done = this.frame;
    this.top--;
    const parent = this.frame;
    if (parent.isLoaded && parent.subFp === done.fpFirst) return true;
    parent.scanToFloorBlock(this.bytes, done.prefixLength);
    parent.load(this.termsIn());
    parent.scanToSubBlock(done.fpFirst);
    return true;
  }

  term(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private state(): BlockTermState {
    if (this.place === "state") return this.pinned;
    if (this.place !== "block")
      throw new VarveError("internal", "The terms enum is not positioned");
    return this.frame.decodeMetaData(this.terms.postingsReader, this.terms.features);
  }

  docFreq(): number {
    return this.state().docFreq;
  }

  totalTermFreq(): number {
    return this.terms.features.hasFreqs ? this.state().totalTermFreq : -1;
  }

  postings(reuse: PostingsEnum | undefined, flags: number): PostingsEnum {
    return this.terms.postingsReader.postings(this.terms.features, this.state(), reuse, flags);
  }

  impacts(flags: number): ImpactsEnum | undefined {
    return this.terms.postingsReader.impacts(this.terms.features, this.state(), flags);
  }

  termState(): BlockTermState {
    return this.state().clone();
  }

  seekToState(term: Uint8Array, state: unknown): void {
    if (!(state instanceof BlockTermState)) {
      throw new VarveError("internal", "The term state is from another kind of field");
    }
    this.pinned.copyFrom(state);
    this.setPrefix(term, term.length);
    this.place = "state";
  }
}
