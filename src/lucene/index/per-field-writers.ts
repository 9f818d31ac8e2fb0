// Writes terms, doc values and points of a new segment through its codec, and notes in the field
// infos which per-field format and suffix hold them. One format serves all fields, so its suffix is
// `0` and the files are `_N_Lucene90_0.*`; an update of doc values puts its generation before it.
// Upstream: PerFieldPostingsFormat, PerFieldDocValuesFormat (9.1.0).

import type { Codec, DocValuesConsumer, Fields, PointsSource } from "../codecs/codec.ts";
import type { FieldInfo } from "./field-info.ts";
import type { NormsProducer } from "./leaf-reader.ts";
import type { SegmentWriteState } from "./segment-info.ts";

/** The attribute that names a field's postings format. */
export const POSTINGS_FORMAT_KEY = "PerFieldPostingsFormat.format";
const POSTINGS_SUFFIX_KEY = "PerFieldPostingsFormat.suffix";
/** The attribute that names a field's doc-values format. */
export const DOC_VALUES_FORMAT_KEY = "PerFieldDocValuesFormat.format";
const DOC_VALUES_SUFFIX_KEY = "PerFieldDocValuesFormat.suffix";
const SUFFIX = "0";

/** Writes all terms. `fields.names` must be known to `state.fieldInfos`. */
export function writePostings(
  codec: Codec,
  state: SegmentWriteState,
  fields: Fields,
  norms: NormsProducer | undefined,
): void {
  const format = codec.defaultPostingsFormat;
  for (const name of fields.names) {
    const { attributes } = state.fieldInfos.fieldInfo(name)!;
    attributes.set(POSTINGS_FORMAT_KEY, format.name);
    attributes.set(POSTINGS_SUFFIX_KEY, SUFFIX);
  }
  if (fields.names.length === 0) return;
  const consumer = format.fieldsConsumer!({ ...state, segmentSuffix: `${format.name}_${SUFFIX}` });
  try {
    consumer.write(fields, norms);
  } finally {
    consumer.close();
  }
}

/** Writes doc values of `fields`; `add` hands each of them to the consumer, in this order. */
export function writeDocValues(
  codec: Codec,
  state: SegmentWriteState,
  fields: readonly FieldInfo[],
  add: (consumer: DocValuesConsumer) => void,
): void {
  if (fields.length === 0) return;
  const format = codec.defaultDocValuesFormat;
  for (const { attributes } of fields) {
    attributes.set(DOC_VALUES_FORMAT_KEY, format.name);
    attributes.set(DOC_VALUES_SUFFIX_KEY, SUFFIX);
  }
  const inner = `${format.name}_${SUFFIX}`;
  const segmentSuffix = state.segmentSuffix === "" ? inner : `${state.segmentSuffix}_${inner}`;
  const consumer = format.fieldsConsumer!({ ...state, segmentSuffix });
  try {
    add(consumer);
  } finally {
    consumer.close();
  }
}

/** Points of one field. */
export interface FieldPoints {
  readonly info: FieldInfo;
  readonly source: PointsSource;
}

/** Writes all points, if any. */
export function writePoints(
  codec: Codec,
  state: SegmentWriteState,
  fields: readonly FieldPoints[],
): void {
  if (fields.length === 0) return;
  const writer = codec.pointsFormat.fieldsWriter!(state);
  try {
    for (const { info, source } of fields) writer.writeField(info, source);
    writer.finish();
  } finally {
    writer.close();
  }
}
