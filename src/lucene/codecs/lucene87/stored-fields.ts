// Stored fields of Lucene 8.7 to 8.11: .fdt (chunks), .fdx and .fdm (their index).
//
//   .fdt  SIZE  TYPE    FIELD       MEANING
//          n    header  codec       index header, version 3 or 4 (8.9); by the mode:
//                                   BEST_SPEED        Lucene87StoredFieldsFastData, LZ4
//                                   BEST_COMPRESSION  Lucene87StoredFieldsHighData, DEFLATE
//         per chunk
//          n    vInt    docBase     first document
//          n    vInt    code        documents << 1 | sliced; since version 4
//                                   documents << 2 | dirty << 1 | sliced
//          n    ints    fieldCounts, lengths (lucene50/big-endian-stored-fields-reader.ts)
//          n    units   data        lucene90/compressing-chunk.ts
//         16    footer
//   .fdm   n    header  codec       index header `Lucene85FieldsIndexMeta`, same version
//          n    vInt    chunkBytes  size that closes a chunk
//          n    vInt    packedVersion of the packed integers: 2
//          n    index               lucene90/compressing-fields-index.ts, big-endian, with .fdx
//          n    vLong   chunks (since version 4), dirty chunks, documents in dirty chunks
//         16    footer
// Upstream: org.apache.lucene.codecs.lucene87.Lucene87StoredFieldsFormat,
// org.apache.lucene.codecs.compressing.CompressingStoredFieldsReader (8.10.1).

import { corrupt } from "../../../base/index.ts";
import type { FieldInfos } from "../../index/field-info.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkIndexHeader,
  type Directory,
  type IndexInput,
  readChecksumFile,
} from "../../store/index.ts";
import type { StoredFieldsFormat } from "../codec.ts";
import { BigEndianStoredFieldsReader } from "../lucene50/big-endian-stored-fields-reader.ts";
import { checkPackedVersion } from "../lucene50/fields-index.ts";
import { LUCENE85_FIELDS_INDEX } from "../lucene50/stored-fields.ts";
import {
  BEST_COMPRESSION,
  BEST_SPEED,
  ChunkData,
  type CompressionMode,
} from "../lucene90/compressing-chunk.ts";
import {
  checkFieldsIndexIntegrity,
  readFieldsIndex,
} from "../lucene90/compressing-fields-index.ts";
import {
  openFieldsFile,
  type StoredFieldsMeta,
} from "../lucene90/compressing-stored-fields-reader.ts";
import { readChunkCounts } from "../lucene90/stored-fields-reader.ts";

const MODE_KEY = "Lucene87StoredFieldsFormat.mode";
const VERSION_META = 3;
const VERSION_NUM_CHUNKS = 4;

const MODES: ReadonlyMap<string | undefined, CompressionMode> = new Map([
  ["BEST_SPEED", { ...BEST_SPEED, codec: "Lucene87StoredFieldsFastData" }],
  ["BEST_COMPRESSION", { ...BEST_COMPRESSION, codec: "Lucene87StoredFieldsHighData" }],
]);

/** Stored fields of Lucene 8.7 to 8.11. */
export const lucene87StoredFieldsFormat: StoredFieldsFormat = {
  fieldsReader: (directory, info, fieldInfos) =>
    new Lucene87StoredFieldsReader(new BigEndianDirectory(directory), info, fieldInfos),
};

interface Meta extends StoredFieldsMeta {
  readonly version: number;
}

class Lucene87StoredFieldsReader extends BigEndianStoredFieldsReader {
  private readonly directory: Directory;
  private readonly codeShift: number;

  constructor(directory: Directory, info: SegmentInfo, fieldInfos: FieldInfos) {
    const mode = MODES.get(info.attributes.get(MODE_KEY));
    if (mode === undefined) {
      throw corrupt(`Segment [${info.name}] has no mode of stored fields`, {
        mode: info.attributes.get(MODE_KEY) ?? "missing",
      });
    }
    const file = openFile(directory, info, mode);
    super(info, fieldInfos, file, new ChunkData(mode), true);
    this.directory = directory;
    this.codeShift = file.meta.version < VERSION_NUM_CHUNKS ? 1 : 2;
  }

  protected override docCountOf(code: number): number {
    return code >>> this.codeShift;
  }

  protected override checkIndexIntegrity(): void {
    checkFieldsIndexIntegrity(this.directory, this.segmentInfo);
  }
}

function openFile(directory: Directory, info: SegmentInfo, mode: CompressionMode) {
  const header = { codec: mode.codec, versions: [VERSION_META, VERSION_NUM_CHUNKS] } as const;
  return openFieldsFile(directory, info, header, (fields, version) =>
    readMeta(directory, info, fields, version),
  );
}

function readMeta(
  directory: Directory,
  info: SegmentInfo,
  fields: IndexInput,
  version: number,
): Meta {
  return readChecksumFile(directory, segmentFileName(info.name, "", "fdm"), (meta) => {
    checkIndexHeader(meta, `${LUCENE85_FIELDS_INDEX}Meta`, 0, version, info.id, "");
    const chunkBytes = meta.readVInt();
    if (chunkBytes < 1) throw corrupt("Invalid chunk size", { file: meta.name, chunkBytes });
    checkPackedVersion(meta);
    const codec = `${LUCENE85_FIELDS_INDEX}Idx`;
    const index = readFieldsIndex(directory, info, meta, fields, { codec, trailerBytesMax: 0 });
    if (version >= VERSION_NUM_CHUNKS) {
      readChunkCounts(meta, index);
    } else {
      // Lucene made no effort to keep these right in version 3.
      meta.readVLong();
      meta.readVLong();
    }
    return { chunkBytes, index, version };
  });
}
