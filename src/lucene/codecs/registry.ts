// Codecs and per-field formats by the names that Lucene writes into segments_N and .fnm.
//
//   CODEC                     .fnm       .si        POSTINGS (default)
//   Lucene90, 91, 92          Lucene90   Lucene90   Lucene90
//   Lucene94, 95              Lucene94   Lucene90   Lucene90
//   Lucene99, 912, 100        Lucene94   Lucene99   Lucene99, 912, 912
//   Lucene101, 103, 104       Lucene94   Lucene99   Lucene101, 103, 104
// Everything else (stored fields, doc values, norms, points, live docs, compound) has been that of
// Lucene90 since 9.0. Lucene91 is the codec that is written. Those before 9.0: old-codecs.ts.
// OpenSearch's default and best_compression codecs write under Lucene's own names; the mode of the
// stored fields is a segment attribute. Its plugin custom-codecs writes ZSTD<line> and
// ZSTDNODICT<line> (without a line: Lucene95), which differ in their stored fields.
// Upstream: the Lucene*Codec classes of lucene-core and lucene-backward-codecs (9.12.3, 10.4.0).

import { unsupported, VarveError } from "../../base/index.ts";
import type {
  Codec,
  DocValuesFormat,
  FieldInfosFormat,
  PostingsFormat,
  SegmentInfoFormat,
} from "./codec.ts";
import { lucene50PostingsFormat } from "./lucene50/postings/lucene50-postings-format.ts";
import { lucene84PostingsFormat } from "./lucene84/postings/lucene84-postings-format.ts";
import { lucene90DocValuesFormat } from "./lucene90/doc-values/index.ts";
import {
  lucene90CompoundFormat,
  lucene90FieldInfosFormat,
  lucene90LiveDocsFormat,
  lucene90SegmentInfoFormat,
  lucene90StoredFieldsFormat,
} from "./lucene90/index.ts";
import { lucene90NormsFormat } from "./lucene90/norms/index.ts";
import { lucene90PointsFormat } from "./lucene90/points/index.ts";
import { lucene90PostingsFormat } from "./lucene90/postings/lucene90-postings-format.ts";
import { lucene94FieldInfosFormat } from "./lucene94/field-infos.ts";
import { lucene99PostingsFormat } from "./lucene99/postings/lucene99-postings-format.ts";
import { lucene99SegmentInfoFormat } from "./lucene99/segment-info.ts";
import { lucene101PostingsFormat } from "./lucene101/lucene101-postings-format.ts";
import { lucene103PostingsFormat } from "./lucene103/lucene103-postings-format.ts";
import { lucene104PostingsFormat } from "./lucene104/lucene104-postings-format.ts";
import { lucene912PostingsFormat } from "./lucene912/lucene912-postings-format.ts";
import { OLD_CODECS, OLD_DOC_VALUES_FORMATS } from "./old-codecs.ts";
import { zstdStoredFieldsFormat } from "./opensearch-custom/stored-fields.ts";

const POSTINGS_FORMATS = byName([
  lucene50PostingsFormat,
  lucene84PostingsFormat,
  lucene90PostingsFormat,
  lucene99PostingsFormat,
  lucene912PostingsFormat,
  lucene101PostingsFormat,
  lucene103PostingsFormat,
  lucene104PostingsFormat,
]);

const DOC_VALUES_FORMATS = byName<DocValuesFormat>([
  ...OLD_DOC_VALUES_FORMATS,
  lucene90DocValuesFormat,
]);

/** The codec that is written: every OpenSearch 2.x and 3.x reads it. */
export const lucene91Codec = codec(
  "Lucene91",
  lucene90FieldInfosFormat,
  lucene90SegmentInfoFormat,
  "Lucene90",
);

const LUCENE_CODECS = byName<Codec>([
  ...OLD_CODECS,
  codec("Lucene90", lucene90FieldInfosFormat, lucene90SegmentInfoFormat, "Lucene90"),
  lucene91Codec,
  codec("Lucene92", lucene90FieldInfosFormat, lucene90SegmentInfoFormat, "Lucene90"),
  codec("Lucene94", lucene94FieldInfosFormat, lucene90SegmentInfoFormat, "Lucene90"),
  codec("Lucene95", lucene94FieldInfosFormat, lucene90SegmentInfoFormat, "Lucene90"),
  codec("Lucene99", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene99"),
  codec("Lucene912", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene912"),
  codec("Lucene100", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene912"),
  codec("Lucene101", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene101"),
  codec("Lucene103", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene103"),
  codec("Lucene104", lucene94FieldInfosFormat, lucene99SegmentInfoFormat, "Lucene104"),
]);

// The plugin's first codecs, of 2.9 and 2.10, do not say their line.
const CODECS = byName<Codec>([
  ...LUCENE_CODECS.values(),
  zstdCodec("Lucene95CustomCodec", "Lucene95"),
  zstdCodec("ZSTD", "Lucene95"),
  zstdCodec("ZSTDNODICT", "Lucene95"),
  ...["99", "912", "101", "103", "104"].flatMap((line) => [
    zstdCodec(`ZSTD${line}`, `Lucene${line}`),
    zstdCodec(`ZSTDNODICT${line}`, `Lucene${line}`),
  ]),
]);

function zstdCodec(name: string, line: string): Codec {
  const storedFieldsFormat = zstdStoredFieldsFormat(line);
  return { ...LUCENE_CODECS.get(line)!, name, storedFieldsFormat };
}

function codec(
  name: string,
  fieldInfosFormat: FieldInfosFormat,
  segmentInfoFormat: SegmentInfoFormat,
  postings: string,
): Codec {
  return {
    name,
    fieldInfosFormat,
    segmentInfoFormat,
    normsFormat: lucene90NormsFormat,
    storedFieldsFormat: lucene90StoredFieldsFormat,
    liveDocsFormat: lucene90LiveDocsFormat,
    compoundFormat: lucene90CompoundFormat,
    pointsFormat: lucene90PointsFormat,
    defaultPostingsFormat: postingsFormatForName(postings),
    defaultDocValuesFormat: lucene90DocValuesFormat,
  };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

/** The codec of a segment; `too-old`, `too-new` or `unsupported` with its name. */
export function codecForName(name: string): Codec {
  const found = CODECS.get(name);
  if (found !== undefined) return found;
  const line = luceneLine(name);
  if (line === undefined) throw unsupported(`Codec [${name}] is not supported`);
  if (line < 900) {
    throw new VarveError("too-old", `Codec [${name}] is too old, oldest read is [Lucene60]`, {
      type: "index_format_too_old_exception",
    });
  }
  throw new VarveError("too-new", `Codec [${name}] is too new, newest read is [Lucene104]`, {
    type: "index_format_too_new_exception",
  });
}

// Lucene87 is 8.7, Lucene912 is 9.12, Lucene104 is 10.4: majors below 10 have one digit.
function luceneLine(name: string): number | undefined {
  const match = /^Lucene([2-9])(\d{1,2})$|^Lucene(1\d)(\d{1,2})$/.exec(name);
  if (match === null) return undefined;
  return Number(match[1] ?? match[3]) * 100 + Number(match[2] ?? match[4]);
}

/** A field's postings format by its name in .fnm; `unsupported` with the name otherwise. */
export function postingsFormatForName(name: string): PostingsFormat {
  const found = POSTINGS_FORMATS.get(name);
  if (found === undefined) throw unsupported(`Postings format [${name}] is not supported`);
  return found;
}

/** A field's doc values format by its name in .fnm; `unsupported` with the name otherwise. */
export function docValuesFormatForName(name: string): DocValuesFormat {
  const found = DOC_VALUES_FORMATS.get(name);
  if (found === undefined) throw unsupported(`Doc values format [${name}] is not supported`);
  return found;
}
