// Writes and reads the columns of sources.ts as one segment, and renders both sides as text.

import type { DocValuesConsumer } from "../../../src/lucene/codecs/codec.ts";
import {
  DocValuesType,
  type FieldInfo,
  FieldInfos,
  newFieldInfo,
} from "../../../src/lucene/index/field-info.ts";
import { type DocValuesProducer, NO_MORE_DOCS } from "../../../src/lucene/index/leaf-reader.ts";
import type { SegmentInfo, SegmentWriteState } from "../../../src/lucene/index/segment-info.ts";
import type { Directory } from "../../../src/lucene/store/index.ts";
import {
  binarySource,
  type Column,
  numericSource,
  ordSource,
  sortedNumericSource,
} from "./sources.ts";

export const SEGMENT_ID = Uint8Array.from({ length: 16 }, (_, i) => i * 7 + 1);

/** A segment that exists only as the state of a format. */
export function segmentState(
  directory: Directory,
  maxDoc: number,
  infos: FieldInfo[],
  segmentSuffix: string,
): SegmentWriteState {
  const segmentInfo = { name: "_0", id: SEGMENT_ID, maxDoc } as SegmentInfo;
  return { directory, segmentInfo, fieldInfos: new FieldInfos(infos), segmentSuffix };
}

export function infosOf(columns: readonly Column[]): FieldInfo[] {
  return columns.map((column, number) => {
    const info = newFieldInfo(column.name, number);
    info.docValuesType = DocValuesType[column.type];
    return info;
  });
}

export function addColumn(consumer: DocValuesConsumer, info: FieldInfo, column: Column): void {
  switch (column.type) {
    case "NUMERIC":
      consumer.addNumeric(info, () => numericSource(column));
      break;
    case "SORTED_NUMERIC":
      consumer.addSortedNumeric(info, () => sortedNumericSource(column));
      break;
    case "BINARY":
      consumer.addBinary(info, () => binarySource(column));
      break;
    case "SORTED":
      consumer.addSorted(info, () => ordSource(column));
      break;
    case "SORTED_SET":
      consumer.addSortedSet(info, () => ordSource(column));
      break;
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** One line per document, then the terms. */
export function renderColumn(column: Column): string[] {
  const lines = [`F ${column.name} ${column.type}`];
  column.docs.forEach((doc, i) => {
    const values = column.type === "BINARY" ? [hex(column.bytes[i]!)] : column.longs[i]!;
    lines.push(`${doc} ${values.join(" ")}`);
  });
  if (column.type === "SORTED" || column.type === "SORTED_SET") {
    lines.push(`T ${column.terms.length}`, ...column.terms.map(hex));
  }
  return lines;
}

/** The same from a producer, by iterating. */
export function renderField(producer: DocValuesProducer, info: FieldInfo): string[] {
  switch (info.docValuesType) {
    case DocValuesType.NUMERIC: {
      const values = producer.numeric(info);
      return render(info, "NUMERIC", values, () => `${values.bigValue()}`);
    }
    case DocValuesType.SORTED_NUMERIC: {
      const values = producer.sortedNumeric(info);
      return render(info, "SORTED_NUMERIC", values, () => {
        const longs: bigint[] = [];
        for (let n = values.docValueCount(); n > 0; n--) {
          values.nextValue();
          longs.push(values.bigValue());
        }
        return longs.join(" ");
      });
    }
    case DocValuesType.BINARY: {
      const values = producer.binary(info);
      return render(info, "BINARY", values, () => hex(values.binaryValue()));
    }
    case DocValuesType.SORTED: {
      const values = producer.sorted(info);
      const lines = render(info, "SORTED", values, () => `${values.ordValue()}`);
      return [...lines, ...renderTerms(values)];
    }
    default: {
      const values = producer.sortedSet(info);
      const lines = render(info, "SORTED_SET", values, () => {
        const ords: number[] = [];
        for (let n = values.docValueCount(); n > 0; n--) ords.push(values.nextOrd());
        return ords.join(" ");
      });
      return [...lines, ...renderTerms(values)];
    }
  }
}

function render(
  info: FieldInfo,
  type: string,
  values: { nextDoc(): number },
  line: () => string,
): string[] {
  const lines = [`F ${info.name} ${type}`];
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    lines.push(`${doc} ${line()}`);
  }
  return lines;
}

function renderTerms(
  values: ReturnType<DocValuesProducer["sorted"]> | ReturnType<DocValuesProducer["sortedSet"]>,
): string[] {
  const lines = [`T ${values.valueCount}`];
  const terms = values.termsEnum();
  for (let term = terms.next(); term !== undefined; term = terms.next()) lines.push(hex(term));
  return lines;
}
