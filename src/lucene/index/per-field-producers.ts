// Fields of one segment may be held by different formats: each field's attributes in .fnm name its
// format and a suffix, and fields with the same pair share files, `_N_<format>_<suffix>.*`. A group
// is opened when one of its fields is first asked for, so a format that is not supported harms no
// other field, and a reader of stored fields opens no terms.
// Upstream: org.apache.lucene.codecs.perfield.{PerFieldPostingsFormat,PerFieldDocValuesFormat}
// (9.12.3).

import { corrupt } from "../../base/index.ts";
import { docValuesFormatForName, postingsFormatForName } from "../codecs/registry.ts";
import type { FieldInfo } from "./field-info.ts";
import type { DocValuesProducer, FieldsProducer } from "./leaf-reader.ts";
import type { SegmentReadState } from "./segment-info.ts";

/** Opens groups of fields on demand, each once. */
export class PerFieldProducers<P extends { close(): void }> {
  private readonly kind: string;
  private readonly state: SegmentReadState;
  private readonly openFormat: (name: string, state: SegmentReadState) => P;
  private readonly groups = new Map<string, P>();

  constructor(
    kind: "PerFieldPostingsFormat" | "PerFieldDocValuesFormat",
    state: SegmentReadState,
    openFormat: (name: string, state: SegmentReadState) => P,
  ) {
    this.kind = kind;
    this.state = state;
    this.openFormat = openFormat;
  }

  /** The producer that holds `field`; undefined where the field is known but was never written. */
  producerOf(field: FieldInfo): P | undefined {
    const format = field.attributes.get(`${this.kind}.format`);
    if (format === undefined) return undefined;
    const number = field.attributes.get(`${this.kind}.suffix`);
    if (number === undefined) {
      throw corrupt(`Field [${field.name}] has a format and no suffix`, {
        segment: this.state.segmentInfo.name,
        format,
      });
    }
    const inner = `${format}_${number}`;
    const outer = this.state.segmentSuffix;
    const segmentSuffix = outer === "" ? inner : `${outer}_${inner}`;
    let producer = this.groups.get(segmentSuffix);
    if (producer === undefined) {
      producer = this.openFormat(format, { ...this.state, segmentSuffix });
      this.groups.set(segmentSuffix, producer);
    }
    return producer;
  }

  close(): void {
    for (const producer of this.groups.values()) producer.close();
    this.groups.clear();
  }
}

/** Terms of a segment. */
export function perFieldPostings(state: SegmentReadState): PerFieldProducers<FieldsProducer> {
  return new PerFieldProducers("PerFieldPostingsFormat", state, (name, inner) =>
    postingsFormatForName(name).fieldsProducer(inner),
  );
}

/** Doc values of a segment, or of one update when `state` has its generation as suffix. */
export function perFieldDocValues(state: SegmentReadState): PerFieldProducers<DocValuesProducer> {
  return new PerFieldProducers("PerFieldDocValuesFormat", state, (name, inner) =>
    docValuesFormatForName(name).fieldsProducer(inner),
  );
}
