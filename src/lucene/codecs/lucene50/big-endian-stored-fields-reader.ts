// What stored fields of all Lucene lines before 9.0 share: numbers in documents are big-endian,
// and the two integer arrays of a chunk's header are packed:
//   one value    vInt
//   otherwise    vInt width: 0 = all equal, one vInt follows; 1 to 31 = util/packed/packed-ints.ts
// Upstream: org.apache.lucene.codecs.compressing.CompressingStoredFieldsReader (8.10.1).

import { corrupt } from "../../../base/index.ts";
import { BigEndianIndexInput, type IndexInput, memorySource } from "../../store/index.ts";
import { readPackedInts } from "../../util/packed/packed-ints.ts";
import { CompressingStoredFieldsReader } from "../lucene90/compressing-stored-fields-reader.ts";

/** A reader over chunks whose header and values are big-endian. */
export abstract class BigEndianStoredFieldsReader extends CompressingStoredFieldsReader {
  protected override readInts(
    input: IndexInput,
    count: number,
    values: Int32Array,
    offset: number,
  ): void {
    const width = count === 1 ? 0 : input.readVInt();
    if (width !== 0) {
      readPackedInts(input, count, width, values, offset);
      return;
    }
    const value = input.readVInt();
    if (value < 0) throw corrupt("Negative value in a chunk", { file: input.name });
    values.fill(value, offset, offset + count);
  }

  protected override chunkInputOf(bytes: Uint8Array, length: number): IndexInput {
    return new BigEndianIndexInput(memorySource(this.fields.name, bytes), 0, length);
  }
}
