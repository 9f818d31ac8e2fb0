import { expect, it } from "vitest";
import { FieldNumbers } from "../../../src/lucene/index/field-numbers.ts";
import { FieldInfos, newFieldInfo } from "../../../src/lucene/index/index.ts";

const PLAIN = {
  indexOptions: 0,
  omitNorms: true,
  stored: false,
  docValuesType: 0,
  pointDimensionCount: 0,
  pointIndexDimensionCount: 0,
  pointNumBytes: 0,
} as const;

function numbersOf(part: Partial<ReturnType<typeof newFieldInfo>>): FieldNumbers {
  const numbers = new FieldNumbers();
  numbers.addAll(new FieldInfos([{ ...newFieldInfo("@timestamp", 0), ...part }]));
  return numbers;
}

it("FieldNumbers rejects documents with a field that has a skip index elsewhere", () => {
  const numbers = numbersOf({ docValuesSkipIndex: 1 });
  expect(() => numbers.checkWritable([[{ name: "@timestamp", type: PLAIN }]])).toThrow(
    "field [@timestamp] has a doc-values skip index in this index, which cannot be written",
  );
  expect(() => numbers.checkWritable([[{ name: "other", type: PLAIN }]])).not.toThrow();
});

it("FieldNumbers rejects documents with a field that has term vectors elsewhere", () => {
  const document = [{ name: "@timestamp", type: PLAIN }];
  expect(() => numbersOf({ storeTermVectors: true }).checkWritable([document])).toThrow(
    "term vectors",
  );
  expect(() => numbersOf({}).checkWritable([document])).not.toThrow();
});
