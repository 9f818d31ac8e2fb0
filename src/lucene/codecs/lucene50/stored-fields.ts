// Stored fields of Lucene 6.x to 8.6: .fdt (chunks) and .fdx (their index), since 8.5 also .fdm.
//
//   .fdt  SIZE  TYPE    FIELD       MEANING
//          n    header  codec       index header, version 0 to 2; by the mode in the attributes:
//                                   BEST_SPEED        Lucene50StoredFieldsFastData, LZ4, 16 KB
//                                   BEST_COMPRESSION  Lucene50StoredFieldsHighData, DEFLATE, 60 KB
//          n    vInt    chunkBytes  size that closes a chunk
//          n    vInt    packedVersion of the packed integers: 2
//         per chunk
//          n    vInt    docBase     first document
//          n    vInt    code        documents << 1 | sliced
//          n    ints    fieldCounts stored fields per document (chunk-ints.ts)
//          n    ints    lengths     serialized bytes per document
//          n    units   data        sequential-chunk.ts
//          n    vLong   chunks, dirty chunks; since version 1 (6.0)
//         16    footer
//   .fdx   versions 0 and 1: fields-index.ts. Version 2 (8.5): the layout of
//          lucene90/compressing-fields-index.ts, big-endian, with
//   .fdm   n    header  codec       index header `Lucene85FieldsIndexMeta`, version 0
//          n    index               then the footer
//   A document is its fields one after the other (lucene90/stored-fields-values.ts), numbers
//   big-endian.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50StoredFieldsFormat,
// org.apache.lucene.codecs.compressing.CompressingStoredFieldsReader (6.6.1, 8.4.1, 8.6.3).

import { corrupt } from "../../../base/index.ts";
import type { FieldInfos } from "../../index/field-info.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  BigEndianDirectory,
  checkIndexHeader,
  type Directory,
  FOOTER_BYTES,
  type IndexInput,
  readChecksumFile,
} from "../../store/index.ts";
import type { StoredFieldsFormat } from "../codec.ts";
import {
  checkFieldsIndexIntegrity,
  type FieldsIndex,
  readFieldsIndex,
} from "../lucene90/compressing-fields-index.ts";
import {
  openFieldsFile,
  type StoredFieldsFile,
} from "../lucene90/compressing-stored-fields-reader.ts";
import { BigEndianStoredFieldsReader } from "./big-endian-stored-fields-reader.ts";
import { checkPackedVersion, readLegacyFieldsIndex } from "./fields-index.ts";
import {
  FAST,
  HIGH_COMPRESSION,
  SequentialChunk,
  type UnitCompression,
} from "./sequential-chunk.ts";

const MODE_KEY = "Lucene50StoredFieldsFormat.mode";
const VERSION_OFFHEAP_INDEX = 2;
/** Codec name of the index of chunks since 8.5; `Meta` and `Idx` are added. */
export const LUCENE85_FIELDS_INDEX = "Lucene85FieldsIndex";
/** Two vLongs: chunks and dirty chunks. */
const TRAILER_BYTES_MAX = 18;

interface Mode {
  /** Codec name of .fdt without `Data`, of .fdx without `Index`. */
  readonly codec: string;
  readonly compression: UnitCompression;
}

const MODES: ReadonlyMap<string | undefined, Mode> = new Map([
  ["BEST_SPEED", { codec: "Lucene50StoredFieldsFast", compression: FAST }],
  ["BEST_COMPRESSION", { codec: "Lucene50StoredFieldsHigh", compression: HIGH_COMPRESSION }],
]);

/** Stored fields of Lucene 5.0 to 8.6. */
export const lucene50StoredFieldsFormat: StoredFieldsFormat = {
  fieldsReader: (directory, info, fieldInfos) =>
    new Lucene50StoredFieldsReader(new BigEndianDirectory(directory), info, fieldInfos),
};

class Lucene50StoredFieldsReader extends BigEndianStoredFieldsReader {
  private readonly directory: Directory;

  constructor(directory: Directory, info: SegmentInfo, fieldInfos: FieldInfos) {
    const mode = modeOf(info);
    const file = openFile(directory, info, mode);
    super(info, fieldInfos, file, new SequentialChunk(mode.compression), true);
    this.directory = directory;
  }

  protected override docCountOf(code: number): number {
    return code >>> 1;
  }

  protected override checkIndexIntegrity(): void {
    checkFieldsIndexIntegrity(this.directory, this.segmentInfo);
  }
}

function modeOf(info: SegmentInfo): Mode {
  const name = info.attributes.get(MODE_KEY);
  const mode = MODES.get(name);
  if (mode !== undefined) return mode;
  throw corrupt(`Segment [${info.name}] has no mode of stored fields`, { mode: name ?? "missing" });
}

function openFile(directory: Directory, info: SegmentInfo, mode: Mode): StoredFieldsFile {
  const header = { codec: `${mode.codec}Data`, versions: [0, VERSION_OFFHEAP_INDEX] } as const;
  return openFieldsFile(directory, info, header, (fields, version) => {
    const chunkBytes = fields.readVInt();
    if (chunkBytes < 1) throw corrupt("Invalid chunk size", { file: fields.name, chunkBytes });
    checkPackedVersion(fields);
    const index =
      version < VERSION_OFFHEAP_INDEX
        ? readLegacyFieldsIndex(directory, info, `${mode.codec}Index`, version)
        : readOffHeapIndex(directory, info, fields);
    checkTrailer(fields, version, index);
    return { chunkBytes, index };
  });
}

function readOffHeapIndex(
  directory: Directory,
  info: SegmentInfo,
  fields: IndexInput,
): FieldsIndex {
  return readChecksumFile(directory, segmentFileName(info.name, "", "fdm"), (meta) => {
    checkIndexHeader(meta, `${LUCENE85_FIELDS_INDEX}Meta`, 0, 0, info.id, "");
    return readFieldsIndex(directory, info, meta, fields, {
      codec: `${LUCENE85_FIELDS_INDEX}Idx`,
      trailerBytesMax: TRAILER_BYTES_MAX,
    });
  });
}

// Version 0 wrote no counts: then chunks end at the footer.
function checkTrailer(fields: IndexInput, version: number, index: FieldsIndex): void {
  const end = fields.length - FOOTER_BYTES;
  if (index.maxPointer > end) {
    throw corrupt("Stored fields end elsewhere than their index says", {
      file: fields.name,
      expected: index.maxPointer,
      actual: end,
    });
  }
  fields.seek(index.maxPointer);
  if (version === 0) return;
  const chunkCount = fields.readVLong();
  const dirtyChunkCount = fields.readVLong();
  if (chunkCount !== index.chunkCount || dirtyChunkCount > chunkCount) {
    throw corrupt("Counts of chunks contradict each other", {
      file: fields.name,
      chunkCount,
      dirtyChunkCount,
      indexed: index.chunkCount,
    });
  }
}
