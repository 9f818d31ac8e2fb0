// Round trips through our own writer and reader. That the bytes are Lucene's is judged elsewhere:
// by CheckIndex in the interop tests, and by the real segments of the other tests of this folder.

import { describe, expect, test } from "vitest";
import { lucene90PostingsFormat } from "../../../src/lucene/codecs/lucene90/postings/lucene90-postings-format.ts";
import { IndexOptions } from "../../../src/lucene/index/field-info.ts";
import type { FieldsProducer } from "../../../src/lucene/index/leaf-reader.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { checkImpacts, checkShallowJumps } from "./check-impacts.ts";
import { compareField, compareSeeks } from "./compare-terms.ts";
import {
  fieldInfo,
  fieldInfos,
  formulaNorms,
  type MemoryField,
  memoryFields,
  segment,
} from "./memory-fields.ts";
import { randomField, seeded } from "./random-fields.ts";

const MAX_DOC = 40_000;
const BOUNDARIES = [1, 2, 127, 128, 129, 255, 256, 257, 4096, 4097, 8192, 20_000];

const NORMS = formulaNorms((doc) => (((doc % 200) + 1) << 24) >> 24);

function write(fields: readonly MemoryField[], maxDoc: number): MemoryDirectory {
  const directory = new MemoryDirectory();
  const consumer = lucene90PostingsFormat.fieldsConsumer!({
    directory,
    segmentInfo: segment(maxDoc),
    fieldInfos: fieldInfos(fields),
    segmentSuffix: "Lucene90_0",
  });
  consumer.write(memoryFields(fields), NORMS);
  consumer.close();
  return directory;
}

function read(
  directory: MemoryDirectory,
  fields: readonly MemoryField[],
  maxDoc: number,
): FieldsProducer {
  return lucene90PostingsFormat.fieldsProducer({
    directory,
    segmentInfo: segment(maxDoc),
    fieldInfos: fieldInfos(fields),
    segmentSuffix: "Lucene90_0",
  });
}

const OPTIONS = [
  ["docs", IndexOptions.DOCS],
  ["freqs", IndexOptions.DOCS_AND_FREQS],
  ["positions", IndexOptions.DOCS_AND_FREQS_AND_POSITIONS],
  ["offsets", IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS],
] as const;

describe("lucene90PostingsFormat", () => {
  test.each(OPTIONS)(
    "fieldsProducer answers what was written when %s are indexed",
    (name, options) => {
      const random = seeded(90 + options);
      const info = fieldInfo(name, 3, options, options < IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
      const field = randomField(random, info, 3000, BOUNDARIES, MAX_DOC, 700);
      const directory = write([field], MAX_DOC);
      const producer = read(directory, [field], MAX_DOC);
      producer.checkIntegrity();
      const terms = producer.terms(name)!;
      compareField(terms, field, random);
      compareSeeks(terms, field, random, 2000);
      expect(checkImpacts(terms, field, NORMS)).toBeGreaterThan(20_000);
      checkShallowJumps(terms, field, random);
      expect(producer.terms("another")).toBeUndefined();
    },
  );
});
