// Stored fields of OpenSearch's plugin custom-codecs (index.codec zstd and zstd_no_dict, 2.9 and
// later): as lucene90/stored-fields.ts, with blocks that zstd compressed. By the segment attribute
// `<line>CustomStoredFieldsFormat.mode`, <line> being that of the codec (Lucene95 … Lucene104):
//   ZSTD, ZSTD_DEPRECATED  codec name CustomStoredFieldsZstd in .fdt; a unit is a dictionary (1/60
//                          of it, compressed on its own) and ten blocks, compressed after it
//   ZSTD_NO_DICT           codec name CustomStoredFieldsZstdNoDict; a unit is vInt blockLength,
//                          then ten blocks: vInt compressed length, one frame
// The dictionary is plain bytes, not a trained one (base/zstd.ts). Chunks are closed at 480 KB.
// Upstream: org.opensearch.index.codec.customcodecs.{ZstdCompressionMode,ZstdNoDictCompressionMode,
// Lucene104CustomStoredFieldsFormat} (custom-codecs, main).

import { corrupt, decompressZstdAfter } from "../../../base/index.ts";
import type { SegmentInfo } from "../../index/segment-info.ts";
import type { StoredFieldsFormat } from "../codec.ts";
import type { ChunkMode } from "../lucene90/compressing-chunk.ts";
import { Lucene90ChunksReader, openStoredFields } from "../lucene90/stored-fields-reader.ts";

interface ZstdMode extends ChunkMode {
  /** Codec name in the header of .fdt. */
  readonly codec: string;
}

// A block of one repeated byte: 4 bytes for 128 KB.
const RATIO_MAX = 32768;

const ZSTD: ZstdMode = {
  codec: "CustomStoredFieldsZstd",
  hasDictionary: true,
  ratioMax: RATIO_MAX,
  decompress: (compressed, dictionary, length) =>
    decompressZstdAfter(dictionary, compressed, length),
};

const ZSTD_NO_DICT: ZstdMode = {
  ...ZSTD,
  codec: "CustomStoredFieldsZstdNoDict",
  hasDictionary: false,
};

const MODES: ReadonlyMap<string | undefined, ZstdMode> = new Map([
  ["ZSTD", ZSTD],
  ["ZSTD_DEPRECATED", ZSTD],
  ["ZSTD_NO_DICT", ZSTD_NO_DICT],
]);

/** Stored fields of the plugin's codecs over the Lucene codec `line`. */
export function zstdStoredFieldsFormat(line: string): StoredFieldsFormat {
  const modeKey = `${line}CustomStoredFieldsFormat.mode`;
  return {
    fieldsReader(directory, info, fieldInfos) {
      const mode = modeOf(info, modeKey);
      const file = openStoredFields(directory, info, mode.codec);
      return new Lucene90ChunksReader(directory, info, fieldInfos, file, mode, true);
    },
  };
}

function modeOf(info: SegmentInfo, modeKey: string): ZstdMode {
  const name = info.attributes.get(modeKey);
  const mode = MODES.get(name);
  if (mode !== undefined) return mode;
  throw corrupt(`Segment [${info.name}] has no mode of stored fields`, { mode: name ?? "missing" });
}
