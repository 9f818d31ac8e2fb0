// The metadata of doc values of Lucene 8 (doc-values-format.ts has the byte table), where it
// differs from that of Lucene 9.
// Upstream: org.apache.lucene.codecs.lucene80.Lucene80DocValuesProducer (8.0.0, 8.6.3, 8.10.1).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import type { IndexedDisiEntry } from "../../../util/indexed-disi/indexed-disi.ts";
import {
  type BinaryEntry,
  DocValuesEntryReader,
  type NumericEntry,
  type SortedEntry,
  type SortedNumericEntry,
  type TermsDictEntry,
} from "../../lucene90/doc-values/doc-values-entries.ts";
import {
  BLOCK_BYTES_MAX,
  BLOCK_LZ4_CODE,
  BLOCK_LZ4_SHIFT,
  MODE_KEY,
  VERSION_BIN_COMPRESSED,
  VERSION_CONFIGURABLE_COMPRESSION,
} from "./doc-values-format.ts";

/** Reads entries of Lucene 8; those of 7 override the set of documents and the blocks. */
export class Lucene80EntryReader extends DocValuesEntryReader {
  protected override readBinary(info: FieldInfo): BinaryEntry {
    const { version } = this.limits;
    if (version < VERSION_BIN_COMPRESSED) return super.readBinary(info);
    if (version >= VERSION_CONFIGURABLE_COMPRESSION) {
      const mode = info.attributes.get(MODE_KEY);
      if (mode === "BEST_SPEED") return super.readBinary(info);
      if (mode !== "BEST_COMPRESSION") {
        throw corrupt(`Field [${info.name}] has no mode of doc values`, { file: this.meta.name });
      }
    }
    return this.readCompressedBinary();
  }

  private readCompressedBinary(): BinaryEntry {
    const { meta } = this;
    const head = this.readBinaryHead();
    if (head.numDocsWithField === 0) return { ...head, addresses: undefined };
    const offset = meta.readLongNumber();
    const blocks = meta.readVInt();
    const docsShift = meta.readVInt();
    const blockBytesMax = meta.readVInt();
    const known = docsShift >= 0 && docsShift <= 16 && blockBytesMax >= 0;
    if (
      !known ||
      blockBytesMax > BLOCK_BYTES_MAX ||
      blocks !== Math.ceil(head.numDocsWithField / 2 ** docsShift)
    ) {
      throw corrupt("Invalid blocks of binary values", {
        file: meta.name,
        blocks,
        docsShift,
        blockBytesMax,
      });
    }
    const addresses = this.readAddressesAt(offset, blocks);
    return { ...head, addresses, compressed: { docsShift, blockBytesMax } };
  }

  protected override readSorted(): SortedEntry {
    const docs = this.readDocs();
    const numDocsWithField = this.readDocCount();
    const ords = this.readPackedOrds(docs, numDocsWithField);
    return { ords: { ...ords, numDocsWithField, addresses: undefined }, dict: this.readDict() };
  }

  protected override readOrds(): SortedNumericEntry {
    const ords = this.readPackedOrds(this.readDocs(), undefined);
    const numDocsWithField = this.readDocCount();
    return { ...ords, numDocsWithField, addresses: this.readAddresses(numDocsWithField + 1) };
  }

  /** Ordinals without a number of values: there are as many as fit. */
  private readPackedOrds(docs: IndexedDisiEntry, count: number | undefined): NumericEntry {
    const bitsPerValue = this.meta.readByte();
    const { offset, length } = this.readSlice("ordinals");
    if (count === undefined && bitsPerValue === 0) {
      throw corrupt("Ordinals of several to a document take no bits", { file: this.meta.name });
    }
    const entry = {
      docs,
      numValues: count ?? Math.floor((length * 8) / bitsPerValue),
      table: undefined,
      blockShift: -1,
      bitsPerValue,
      minValue: 0n,
      gcd: 1n,
      valuesOffset: offset,
      valuesLength: length,
      valueJumpTableOffset: -1,
    };
    this.checkNumeric(entry);
    return entry;
  }

  protected override readDict(): TermsDictEntry {
    const { meta } = this;
    const size = meta.readVLong();
    const code = meta.readInt();
    if (code === BLOCK_LZ4_CODE) return this.readDictAfterSize(size, BLOCK_LZ4_SHIFT, true);
    if (code < 0 || code > 16) {
      throw corrupt("Invalid size of a block of terms", { file: meta.name, code });
    }
    return this.readDictAfterSize(size, code, false);
  }
}
