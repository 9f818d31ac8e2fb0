// Binary doc values in compressed blocks of 32 documents; doc-values-format.ts has the byte table.
// The block of the last value stays decompressed.
// Upstream: Lucene80DocValuesProducer.BinaryDecoder (8.10.1).

import { corrupt, lz4Decompress } from "../../../../base/index.ts";
import type { BinaryDocValues } from "../../../index/leaf-reader.ts";
import type { IndexInput } from "../../../store/index.ts";
import { DirectMonotonicReader } from "../../../util/packed/direct-monotonic-reader.ts";
import { DocPositions } from "../../lucene90/doc-values/doc-positions.ts";
import type {
  AddressesEntry,
  BinaryEntry,
  CompressedBlocks,
} from "../../lucene90/doc-values/doc-values-entries.ts";

/** Binary values of a field whose entry has compressed blocks. */
export class CompressedBinaryDocValues extends DocPositions implements BinaryDocValues {
  private readonly data: IndexInput;
  private readonly addresses: DirectMonotonicReader;
  private readonly shift: number;
  private readonly blockBytesMax: number;
  private readonly starts: Int32Array;
  private bytes = new Uint8Array(0);
  private block = -1;

  constructor(
    data: IndexInput,
    entry: BinaryEntry,
    addresses: AddressesEntry,
    blocks: CompressedBlocks,
    maxDoc: number,
  ) {
    super(data, entry.docs, maxDoc, entry.numDocsWithField);
    this.data = data.clone();
    const places = data.randomAccess(addresses.offset, addresses.length);
    this.addresses = new DirectMonotonicReader(addresses.meta, places);
    this.shift = blocks.docsShift;
    this.blockBytesMax = blocks.blockBytesMax;
    this.starts = new Int32Array((1 << blocks.docsShift) + 1);
  }

  binaryValue(): Uint8Array {
    const block = this.index >>> this.shift;
    if (block !== this.block) this.decompress(block);
    const inBlock = this.index & ((1 << this.shift) - 1);
    return this.bytes.subarray(this.starts[inBlock]!, this.starts[inBlock + 1]!);
  }

  private decompress(block: number): void {
    const { data, addresses } = this;
    if (block >= addresses.count) {
      throw corrupt("Block of binary values is out of bounds", { file: data.name, block });
    }
    this.block = -1;
    data.seek(addresses.get(block));
    const length = this.readStarts();
    // Fresh bytes per block: values handed out before stay as they were.
    this.bytes = new Uint8Array(length);
    if (length > 0) lz4Decompress(data, this.bytes, 0, length);
    this.block = block;
  }

  /** Where each value begins; answers the length of all. */
  private readStarts(): number {
    const { data, starts } = this;
    const first = data.readVInt();
    const alike = (first & 1) === 1;
    let length = 0;
    for (let i = 0; i < starts.length - 1; i++) {
      const value = i === 0 || alike ? first >>> 1 : data.readVInt();
      if (value < 0 || length + value > this.blockBytesMax) {
        throw corrupt("Block of binary values is too long", {
          file: data.name,
          length: length + value,
          max: this.blockBytesMax,
        });
      }
      length += value;
      starts[i + 1] = length;
    }
    return length;
  }
}
