// Stored fields since Lucene 9.0, read and written: .fdt (chunks), .fdx and .fdm (their index).
//
//   .fdt  SIZE  TYPE    FIELD       MEANING
//          n    header  codec       index header, version 1; by the mode in the attributes:
//                                   BEST_SPEED        Lucene90StoredFieldsFastData, LZ4, 80 KB
//                                   BEST_COMPRESSION  Lucene90StoredFieldsHighData, DEFLATE, 480 KB
//         per chunk
//          n    vInt    docBase     first document
//          n    vInt    code        documents << 2 | dirty << 1 | sliced
//          n    ints    fieldCounts stored fields per document (compressing-ints.ts)
//          n    ints    lengths     serialized bytes per document
//          n    units   data        compressing-chunk.ts; one, or one per 80 / 480 KB if sliced
//         16    footer
//   .fdm   n    header  codec       index header `Lucene90FieldsIndexMeta`, version 1
//          n    vInt    chunkBytes  size that closes a chunk
//          n    index               compressing-fields-index.ts, with .fdx
//          n    vLong   chunks, dirty chunks, documents in dirty chunks
//         16    footer
//   A document is its fields one after the other (stored-fields-values.ts).
// Invariants: a chunk is sliced if and only if it has twice chunkBytes or more; a document has no
// bytes if and only if it has no fields; dirty = closed before it was full.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90StoredFieldsFormat and
// codecs.lucene90.compressing.Lucene90CompressingStoredFields{Reader,Writer} (9.12.3).

import { corrupt } from "../../../base/index.ts";
import type { SegmentInfo } from "../../index/segment-info.ts";
import type { StoredFieldsFormat } from "../codec.ts";
import { BEST_COMPRESSION, BEST_SPEED, type CompressionMode } from "./compressing-chunk.ts";
import { Lucene90StoredFieldsReader } from "./stored-fields-reader.ts";
import { Lucene90StoredFieldsWriter } from "./stored-fields-writer.ts";

/** The segment attribute that names the mode. */
export const STORED_FIELDS_MODE_KEY = "Lucene90StoredFieldsFormat.mode";

/** Stored fields of all generations since Lucene 9.0. The writer sets the mode's attribute. */
export const lucene90StoredFieldsFormat: StoredFieldsFormat = {
  fieldsReader: (directory, info, fieldInfos) =>
    new Lucene90StoredFieldsReader(directory, info, fieldInfos, modeOf(info)),

  fieldsWriter(directory, info, modeName) {
    const mode = modeName === "BEST_SPEED" ? BEST_SPEED : BEST_COMPRESSION;
    info.attributes.set(STORED_FIELDS_MODE_KEY, mode.name);
    return new Lucene90StoredFieldsWriter(directory, info, mode);
  },
};

function modeOf(info: SegmentInfo): CompressionMode {
  const name = info.attributes.get(STORED_FIELDS_MODE_KEY);
  if (name === BEST_SPEED.name) return BEST_SPEED;
  if (name === BEST_COMPRESSION.name) return BEST_COMPRESSION;
  throw corrupt(`Segment [${info.name}] has no mode of stored fields`, { mode: name ?? "missing" });
}
