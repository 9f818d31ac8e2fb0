// Lucene 9 terms dictionary, the writer: .tim (blocks of terms), .tip (the index, one FST per
// field), .tmd (metadata of both).
//
// Terms are pushed in order. As soon as at least 25 pending entries share a prefix that the next
// term no longer has, they become a block of that prefix; more than 48 are split into floor blocks
// by the byte after the prefix. A block replaces its entries by one pending entry of its parent.
//   .tim BLOCK  TYPE   MEANING
//   code        vInt   entries << 1 | last of its floor group
//   suffixes    vLong  bytes << 3 | leaf << 2 | compression (suffix-compression.ts), then the bytes
//   lengths     vInt   bytes << 1 | all equal, then the bytes (one if all are equal):
//                      leaf: vInt suffix length; other: vInt length << 1 | is block, and for
//                      a block vLong distance back to it in .tim
//   stats       vInt   bytes, then per term: vInt docFreq << 1, with frequencies vLong
//                      totalTermFreq - docFreq; or vInt (run - 1) << 1 | 1 for a run of terms
//                      that occur once
//   metadata    vInt   bytes, then what the postings format keeps per term
//   .tip OUTPUT vLong  .tim pointer << 2 | hasTerms << 1 | isFloor; a floor adds vInt followers and
//                      per follower u8 lead byte, vLong distance << 1 | hasTerms
//   .tmd FIELD  vInt number, vLong terms, root output (vInt length, bytes), with frequencies vLong
//               sumTotalTermFreq, vLong sumDocFreq, vInt docCount, first and last term
//               (vInt length, bytes), vLong pointer into .tip, FST metadata
//   .tmd FILE   header, the postings' header, vInt fields, the fields, i64 end of .tip, i64 end of
//               .tim
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.Lucene90BlockTreeTermsWriter (9.1.0).

import { assert, TERM_BYTES_MAX } from "../../../../base/index.ts";
import { type FieldInfo, type FieldInfos, IndexOptions } from "../../../index/field-info.ts";
import type { NormsProducer, Terms } from "../../../index/leaf-reader.ts";
import { type SegmentWriteState, segmentFileName } from "../../../index/segment-info.ts";
import {
  DataOutput,
  type IndexOutput,
  writeFooter,
  writeIndexHeader,
} from "../../../store/index.ts";
import { FstCompiler } from "../../../util/fst/fst-compiler.ts";
import type { Fields, FieldsConsumer } from "../../codec.ts";
import type { BlockTermState } from "../postings/block-term-state.ts";
import type { Lucene90PostingsWriter } from "../postings/postings-writer.ts";
import {
  TERMS_DICT_CODEC,
  TERMS_INDEX_CODEC,
  TERMS_META_CODEC,
  VERSION_WRITTEN,
} from "./blocktree-constants.ts";
import type { IndexEntry, PendingBlock, PendingEntry } from "./pending-entry.ts";
import { TermBlockWriter } from "./term-block-writer.ts";

const BLOCK_ITEMS_MIN = 25;
const BLOCK_ITEMS_MAX = 48;

const NO_TERM = new Uint8Array(0);

/** Upstream: Lucene90BlockTreeTermsWriter. Owns and closes the postings writer. */
export class BlockTreeTermsWriter implements FieldsConsumer {
  private readonly termsOut: IndexOutput;
  private readonly indexOut: IndexOutput;
  private readonly metaOut: IndexOutput;
  private readonly postingsWriter: Lucene90PostingsWriter;
  private readonly fieldInfos: FieldInfos;
  private readonly docsSeen: Uint8Array;
  private readonly fieldsMeta = new DataOutput(4096);
  private fieldCount = 0;

  constructor(state: SegmentWriteState, postingsWriter: Lucene90PostingsWriter) {
    const create = (extension: string, codec: string): IndexOutput => {
      const name = segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
      const out = state.directory.createOutput(name);
      writeIndexHeader(out, codec, VERSION_WRITTEN, state.segmentInfo.id, state.segmentSuffix);
      return out;
    };
    this.termsOut = create("tim", TERMS_DICT_CODEC);
    this.indexOut = create("tip", TERMS_INDEX_CODEC);
    this.metaOut = create("tmd", TERMS_META_CODEC);
    postingsWriter.init(this.metaOut, state);
    this.postingsWriter = postingsWriter;
    this.fieldInfos = state.fieldInfos;
    this.docsSeen = new Uint8Array(state.segmentInfo.maxDoc);
  }

  write(fields: Fields, norms: NormsProducer | undefined): void {
    for (const name of fields.names) {
      const terms = fields.terms(name);
      const info = this.fieldInfos.fieldInfo(name);
      assert(info !== undefined && info.indexOptions !== IndexOptions.NONE, "the field is indexed");
      if (terms !== undefined) this.writeField(info, terms, norms);
    }
  }

  private writeField(info: FieldInfo, terms: Terms, norms: NormsProducer | undefined): void {
    this.postingsWriter.setField(info, norms);
    const writer = new FieldTermsWriter(info, this.termsOut, this.postingsWriter, this.docsSeen);
    const termsEnum = terms.iterator();
    for (let term = termsEnum.next(); term !== undefined; term = termsEnum.next()) {
      assert(term.length <= TERM_BYTES_MAX, "a term has at most 32766 bytes");
      const state = this.postingsWriter.writeTerm(termsEnum, writer.docSeen);
      if (state !== undefined) writer.add(term.slice(), state);
    }
    if (writer.finish(this.fieldsMeta, this.indexOut)) this.fieldCount++;
  }

  close(): void {
    this.metaOut.writeVInt(this.fieldCount);
    this.metaOut.writeBytes(this.fieldsMeta.bytesBorrow());
    writeFooter(this.indexOut);
    this.metaOut.writeLong(this.indexOut.filePointer);
    writeFooter(this.termsOut);
    this.metaOut.writeLong(this.termsOut.filePointer);
    writeFooter(this.metaOut);
    for (const out of [this.metaOut, this.termsOut, this.indexOut]) out.close();
    this.postingsWriter.close();
  }
}

/** Terms of one field. */
class FieldTermsWriter {
  private readonly info: FieldInfo;
  private readonly hasFreqs: boolean;
  private readonly blocks: TermBlockWriter;
  private readonly docsSeen: Uint8Array;
  private readonly pending: PendingEntry[] = [];
  /** Per byte of the last term: where in `pending` the entries with that prefix begin. */
  private prefixStarts = new Int32Array(16);
  private firstTerm: Uint8Array | undefined;
  private lastTerm: Uint8Array = NO_TERM;
  private termCount = 0;
  private sumDocFreq = 0;
  private sumTotalTermFreq = 0;
  private docCount = 0;

  constructor(
    info: FieldInfo,
    termsOut: IndexOutput,
    postingsWriter: Lucene90PostingsWriter,
    docsSeen: Uint8Array,
  ) {
    this.info = info;
    this.hasFreqs = info.indexOptions !== IndexOptions.DOCS;
    this.blocks = new TermBlockWriter(termsOut, postingsWriter, this.hasFreqs);
    this.docsSeen = docsSeen.fill(0);
  }

  /** Counts distinct documents. */
  readonly docSeen = (doc: number): void => {
    this.docCount += 1 - this.docsSeen[doc]!;
    this.docsSeen[doc] = 1;
  };

  /** Keeps `term`. Terms ascend. */
  add(term: Uint8Array, state: BlockTermState): void {
    assert(term.length > 0 || this.termCount === 0, "the empty term comes first");
    this.pushTerm(term);
    this.pending.push({ state, bytes: term });
    this.firstTerm ??= term;
    this.termCount++;
    this.sumDocFreq += state.docFreq;
    this.sumTotalTermFreq += state.totalTermFreq;
  }

  /** Makes blocks of all prefixes of the last term that `term` does not share. */
  private pushTerm(term: Uint8Array): void {
    const last = this.lastTerm;
    const stop = Math.min(last.length, term.length);
    let shared = 0;
    while (shared < stop && last[shared] === term[shared]) shared++;
    const ascends = shared === last.length ? term.length > shared : term[shared]! > last[shared]!;
    assert(ascends || term.length === 0, "terms ascend");
    for (let at = last.length - 1; at >= shared; at--) {
      const count = this.pending.length - this.prefixStarts[at]!;
      if (count < BLOCK_ITEMS_MIN) continue;
      this.writeBlocks(at + 1, count);
      this.prefixStarts[at] = this.prefixStarts[at]! - (count - 1);
    }
    if (this.prefixStarts.length < term.length) {
      const grown = new Int32Array(term.length * 2);
      grown.set(this.prefixStarts);
      this.prefixStarts = grown;
    }
    const next = this.pending.length;
    for (let at = shared; at < term.length; at++) this.prefixStarts[at] = next;
    this.lastTerm = term;
  }

  /** Turns the last `count` pending entries, which share `prefixLength` bytes, into blocks. */
  private writeBlocks(prefixLength: number, count: number): void {
    const pending = this.pending;
    const end = pending.length;
    const start = end - count;
    const group: PendingBlock[] = [];
    let blockStart = start;
    let floorLead = -1;
    let leadPrevious = -1;
    for (let i = start; i < end; i++) {
      const bytes = pending[i]!.bytes;
      const lead = bytes.length === prefixLength ? -1 : bytes[prefixLength]!;
      if (lead === leadPrevious) continue;
      if (i - blockStart >= BLOCK_ITEMS_MIN && end - blockStart > BLOCK_ITEMS_MAX) {
        const isFloor = i - blockStart < count;
        group.push(this.writeBlock(prefixLength, isFloor, floorLead, blockStart, i));
        floorLead = lead;
        blockStart = i;
      }
      leadPrevious = lead;
    }
    group.push(this.writeBlock(prefixLength, end - blockStart < count, floorLead, blockStart, end));
    const first = group[0]!;
    first.index = indexEntry(group);
    pending.length = start;
    pending.push(first);
  }

  private writeBlock(
    prefixLength: number,
    isFloor: boolean,
    floorLead: number,
    start: number,
    end: number,
  ): PendingBlock {
    const pending = this.pending;
    const prefix = this.lastTerm.slice(0, prefixLength);
    const children: IndexEntry[] = [];
    let hasTerms = false;
    for (let i = start; i < end; i++) {
      const entry = pending[i]!;
      if (entry.state !== undefined) hasTerms = true;
      else children.push(entry.index!);
    }
    const isLast = end === pending.length;
    const fp = this.blocks.write(pending, start, end, prefixLength, isLast, children.length === 0);
    const bytes = floorLead === -1 ? prefix : Buffer.concat([prefix, Uint8Array.of(floorLead)]);
    return {
      state: undefined,
      bytes,
      fp,
      hasTerms,
      isFloor,
      floorLead,
      children,
      index: undefined,
    };
  }

  /** Writes the root, the field's metadata and its index; false if the field has no terms. */
  finish(meta: DataOutput, indexOut: IndexOutput): boolean {
    if (this.termCount === 0) return false;
    const lastTerm = this.lastTerm;
    this.pushTerm(NO_TERM);
    this.writeBlocks(0, this.pending.length);
    const root = (this.pending[0] as PendingBlock).index!;
    meta.writeVInt(this.info.number);
    meta.writeVLong(this.termCount);
    writeBytesRef(meta, root.output);
    if (this.hasFreqs) meta.writeVLong(this.sumTotalTermFreq);
    meta.writeVLong(this.sumDocFreq);
    meta.writeVInt(this.docCount);
    writeBytesRef(meta, this.firstTerm!);
    writeBytesRef(meta, lastTerm);
    meta.writeVLong(indexOut.filePointer);
    const compiler = new FstCompiler();
    addEntries(compiler, root);
    compiler.finish();
    compiler.save(meta, indexOut);
    return true;
  }
}

/** The index entry of a group of floor blocks, or of a single block. */
function indexEntry(group: readonly PendingBlock[]): IndexEntry {
  const first = group[0]!;
  const out = new DataOutput(32);
  out.writeVLong(first.fp * 4 + (first.hasTerms ? 2 : 0) + (first.isFloor ? 1 : 0));
  if (first.isFloor) {
    out.writeVInt(group.length - 1);
    for (let i = 1; i < group.length; i++) {
      const follower = group[i]!;
      out.writeByte(follower.floorLead);
      out.writeVLong((follower.fp - first.fp) * 2 + (follower.hasTerms ? 1 : 0));
    }
  }
  const below = group.length === 1 ? first.children : group.flatMap((block) => block.children);
  return { prefix: first.bytes, output: out.bytesCopy(), below };
}

/**
 * Depth is bounded by the length of a term, so the entries are walked with a stack of their own.
 */
function addEntries(compiler: FstCompiler, root: IndexEntry): void {
  const stack: IndexEntry[] = [root];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    compiler.add(entry.prefix, entry.output);
    for (let i = entry.below.length - 1; i >= 0; i--) stack.push(entry.below[i]!);
  }
}

function writeBytesRef(out: DataOutput, bytes: Uint8Array): void {
  out.writeVInt(bytes.length);
  out.writeBytes(bytes);
}
