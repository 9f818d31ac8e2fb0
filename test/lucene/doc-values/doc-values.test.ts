// Doc values: every encoding against arrays at the borders of blocks, random access, dictionaries,
// files that Lucene wrote, and damage.

import { describe, expect, it } from "vitest";
import { Lucene90DocValuesProducer } from "../../../src/lucene/codecs/lucene90/doc-values/doc-values-producer.ts";
import { lucene90DocValuesFormat } from "../../../src/lucene/codecs/lucene90/doc-values/index.ts";
import { NO_MORE_DOCS } from "../../../src/lucene/index/leaf-reader.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { describeFormat } from "../../conformance/format.ts";
import { PagedDirectory } from "./paged-directory.ts";
import { digest, REAL_VERSIONS, realSegment } from "./real-files.ts";
import { addColumn, infosOf, renderColumn, renderField, segmentState } from "./segments.ts";
import {
  binaryColumn,
  type Column,
  docsOf,
  longColumn,
  ordColumn,
  type Random,
  SHAPES,
  seeded,
  termsOf,
} from "./sources.ts";

const SUFFIX = "Lucene90_0";

function write(columns: readonly Column[], maxDoc: number): MemoryDirectory {
  const directory = new MemoryDirectory();
  const infos = infosOf(columns);
  const consumer = lucene90DocValuesFormat.fieldsConsumer(
    segmentState(directory, maxDoc, infos, SUFFIX),
  );
  columns.forEach((column, i) => {
    addColumn(consumer, infos[i]!, column);
  });
  consumer.close();
  return directory;
}

function open(directory: MemoryDirectory, columns: readonly Column[], maxDoc: number) {
  const infos = infosOf(columns);
  const state = segmentState(directory, maxDoc, infos, SUFFIX);
  return { infos, producer: lucene90DocValuesFormat.fieldsProducer(state) };
}

function expectRoundTrip(columns: readonly Column[], maxDoc: number): void {
  const { infos, producer } = open(write(columns, maxDoc), columns, maxDoc);
  producer.checkIntegrity();
  columns.forEach((column, i) => {
    expect(digest(renderField(producer, infos[i]!)), `${column.name} of ${maxDoc} documents`).toBe(
      digest(renderColumn(column)),
    );
  });
  producer.close();
}

const DENSITIES = ["all", "none", "most", "half", "few", "last", "blocks", "border"];

/** Some columns of every type; large segments get a random choice of shapes. */
function someColumns(maxDoc: number, random: Random): Column[] {
  const density = () => docsOf(DENSITIES[random(DENSITIES.length)]!, maxDoc, random);
  const shapes = SHAPES.filter(() => maxDoc < 5000 || random(6) === 0);
  const columns = shapes.map((shape) =>
    longColumn(`n_${shape}`, "NUMERIC", density(), shape, random),
  );
  for (const shape of shapes.filter(() => random(3) === 0)) {
    const most = 1 + random(4);
    columns.push(longColumn(`s_${shape}`, "SORTED_NUMERIC", density(), shape, random, most));
  }
  for (const count of [1, 64, 65, 1025, 3000].filter(() => maxDoc < 5000 || random(3) === 0)) {
    columns.push(ordColumn(`o_${count}`, "SORTED", density(), termsOf(count, random), random));
    const terms = termsOf(count, random, true);
    columns.push(ordColumn(`m_${count}`, "SORTED_SET", density(), terms, random, 1 + random(4)));
    const fixed = [undefined, undefined, 0, 5][random(4)];
    columns.push(binaryColumn(`b_${count}`, density(), random, fixed));
  }
  return columns;
}

describe("Lucene90DocValuesFormat", () => {
  it.each([1, 127, 128, 129, 4095, 4096, 16385, 65535, 65536, 70000])(
    "reads back all encodings when a segment has %d documents",
    (maxDoc) => expectRoundTrip(someColumns(maxDoc, seeded(maxDoc)), maxDoc),
  );

  it.each(DENSITIES)("reads back a column when %s of 200000 documents have a value", (density) => {
    const maxDoc = 200000;
    const random = seeded(7);
    expectRoundTrip(
      [longColumn("n", "NUMERIC", docsOf(density, maxDoc, random), "bits20", random)],
      maxDoc,
    );
  });

  it("reads every version's files as Lucene does when an IndexWriter wrote them", () => {
    expect(REAL_VERSIONS).toEqual(["lucene-10.4.0", "lucene-10.5.0", "lucene-9.12.3"]);
    for (const version of REAL_VERSIONS) {
      const { directory, infos, expected, state } = realSegment(version);
      const producer = lucene90DocValuesFormat.fieldsProducer(state(directory, SUFFIX));
      producer.checkIntegrity();
      let seen = 0;
      for (const info of infos.filter((field) => field.docValuesType !== 0)) {
        const [header, ...rendering] = renderField(producer, info);
        expect(digest(rendering), `${version} ${header}`).toBe(expected.get(header!.slice(2)));
        seen++;
      }
      expect(seen).toBe(
        [...expected.keys()].filter((name) => !/ (NORMS|POINTS)/.test(name)).length,
      );
    }
  });
});

describe("DocValuesProducer", () => {
  it.each([64, 4096])("reads the same when pages have %d bytes", (pageBytes) => {
    for (const version of REAL_VERSIONS) {
      const { directory, infos, expected, state } = realSegment(version);
      const paged = new PagedDirectory(directory.files, pageBytes);
      const producer = lucene90DocValuesFormat.fieldsProducer(state(paged, SUFFIX));
      producer.checkIntegrity();
      for (const info of infos.filter((field) => field.docValuesType !== 0)) {
        const [header, ...rendering] = renderField(producer, info);
        expect(digest(rendering), `${version} ${header}`).toBe(expected.get(header!.slice(2)));
      }
    }
    const maxDoc = 70000;
    const columns = someColumns(maxDoc, seeded(12));
    const paged = new PagedDirectory(write(columns, maxDoc).files, pageBytes);
    const { infos, producer } = open(paged, columns, maxDoc);
    columns.forEach((column, i) => {
      const actual = digest(renderField(producer, infos[i]!));
      expect(actual, column.name).toBe(digest(renderColumn(column)));
    });
  });

  it("advanceExact finds the same values as iterating when targets jump", () => {
    const maxDoc = 140000;
    const random = seeded(3);
    const columns = ["all", "most", "half", "few", "blocks"].flatMap((density) => [
      longColumn(`n_${density}`, "NUMERIC", docsOf(density, maxDoc, random), "doubles", random),
      longColumn(`w_${density}`, "NUMERIC", docsOf(density, maxDoc, random), "wideBlocks", random),
      longColumn(
        `s_${density}`,
        "SORTED_NUMERIC",
        docsOf(density, maxDoc, random),
        "dates",
        random,
        3,
      ),
    ]);
    const { infos, producer } = open(write(columns, maxDoc), columns, maxDoc);
    columns.forEach((column, c) => {
      const at = new Map(column.docs.map((doc, i) => [doc, i]));
      for (const stride of [3, 700, 30000]) {
        const single = column.type === "NUMERIC" ? producer.numeric(infos[c]!) : undefined;
        const many = column.type === "NUMERIC" ? undefined : producer.sortedNumeric(infos[c]!);
        for (let doc = random(stride); doc < maxDoc; doc += 1 + random(stride)) {
          const found = (single ?? many!).advanceExact(doc);
          const i = at.get(doc);
          if (found !== (i !== undefined)) expect.fail(`${column.name} at ${doc}: ${found}`);
          if (i === undefined) continue;
          const values =
            single === undefined
              ? column.longs[i]!.map(() => {
                  many!.nextValue();
                  return many!.bigValue();
                })
              : [single.bigValue()];
          if (single !== undefined && single.longValue() !== Number(values[0]))
            expect.fail("longValue");
          if (values.join() !== column.longs[i]!.join()) expect.fail(`${column.name} at ${doc}`);
        }
      }
    });
  });

  it("advance goes to the first document with a value when targets jump", () => {
    const maxDoc = 140000;
    const random = seeded(4);
    for (const density of ["most", "half", "few", "blocks", "last", "none"]) {
      const column = longColumn("n", "NUMERIC", docsOf(density, maxDoc, random), "ordinal", random);
      const { infos, producer } = open(write([column], maxDoc), [column], maxDoc);
      for (const stride of [2, 900, 50000]) {
        const values = producer.numeric(infos[0]!);
        let i = 0;
        for (let doc = -1; doc !== NO_MORE_DOCS; ) {
          const target = doc + 1 + random(stride);
          while (i < column.docs.length && column.docs[i]! < target) i++;
          doc = values.advance(target);
          if (doc !== (column.docs[i] ?? NO_MORE_DOCS))
            expect.fail(`${density} at ${target}: ${doc}`);
          if (doc !== NO_MORE_DOCS && values.longValue() !== i) expect.fail(`value at ${doc}`);
        }
      }
    }
  });

  it("fill answers NaN when a document has no value", () => {
    const random = seeded(5);
    const column = longColumn("n", "NUMERIC", [1, 4, 5], "ordinal", random);
    const { infos, producer } = open(write([column], 8), [column], 8);
    const target = new Float64Array(4);
    producer.numeric(infos[0]!).fill!(target, Int32Array.of(0, 1, 5, 7), 4);
    expect([...target]).toEqual([Number.NaN, 0, 2, Number.NaN]);
  });

  it("longHigh and longLow are exact when a value is beyond 2^53", () => {
    const longs = [[9007199254740993n], [-9007199254740995n], [0x7fffffffffffffffn], [-1n]];
    const column: Column = {
      name: "n",
      type: "NUMERIC",
      docs: [0, 1, 2, 3],
      longs,
      bytes: [],
      terms: [],
    };
    const { infos, producer } = open(write([column], 4), [column], 4);
    const values = producer.numeric(infos[0]!);
    for (const [value] of longs) {
      values.nextDoc();
      expect(values.longHigh()).toBe(Number(value! >> 32n));
      expect(values.longLow()).toBe(Number(BigInt.asIntN(32, value!)));
      expect(values.longValue()).toBe(Number(value));
    }
  });

  it("lookupTerm answers ordinals and insertion points when terms are and are not there", () => {
    const random = seeded(6);
    const terms = termsOf(5000, random, true);
    const column = ordColumn("o", "SORTED", docsOf("all", 6000, random), terms, random);
    const { infos, producer } = open(write([column], 6000), [column], 6000);
    const values = producer.sorted(infos[0]!);
    for (let ord = 0; ord < terms.length; ord += 1 + random(9)) {
      expect(Buffer.compare(values.lookupOrd(ord), terms[ord]!)).toBe(0);
      expect(values.lookupTerm(terms[ord]!)).toBe(ord);
      const after = Buffer.concat([terms[ord]!, Buffer.of(0)]);
      expect(values.lookupTerm(after)).toBe(-1 - (ord + 1));
      const enumeration = values.termsEnum();
      expect(enumeration.seekCeil(after)).toBe(ord + 1 < terms.length ? "not-found" : "end");
      if (ord + 1 < terms.length) {
        expect(Buffer.compare(enumeration.term(), terms[ord + 1]!)).toBe(0);
      }
    }
    expect(() => values.lookupOrd(terms.length)).toThrow(/Ordinal is out of bounds/);
  });

  it("skipper answers the least and greatest value when Lucene 10 wrote a skip index", () => {
    for (const version of ["lucene-10.4.0", "lucene-10.5.0"]) {
      const { directory, infos, state } = realSegment(version);
      const producer = new Lucene90DocValuesProducer(state(directory, SUFFIX));
      const skipped = infos.filter((info) => info.docValuesSkipIndex !== 0);
      expect(skipped.length).toBeGreaterThan(0);
      for (const info of skipped) {
        const values = producer.numeric(info);
        let min = 0x7fffffffffffffffn;
        let max = -0x8000000000000000n;
        let docCount = 0;
        while (values.nextDoc() !== NO_MORE_DOCS) {
          const value = values.bigValue();
          if (value < min) min = value;
          if (value > max) max = value;
          docCount++;
        }
        expect(producer.skipper(info)).toMatchObject({ minValue: min, maxValue: max, docCount });
      }
    }
  });

  it("rejects a field of another type when it is asked for", () => {
    const column = longColumn("n", "NUMERIC", [0], "constant", seeded(1));
    const { infos, producer } = open(write([column], 1), [column], 1);
    expect(() => producer.sorted(infos[0]!)).toThrow(/Field has no sorted doc values/);
  });
});

describeFormat({
  name: "Lucene90DocValuesFormat",
  files: () => realSegment("lucene-10.5.0").directory.files,
  damages: (name) => /\.dv[dms]$/.test(name),
  read: (directory) => {
    const { infos, state } = realSegment("lucene-10.5.0");
    const producer = lucene90DocValuesFormat.fieldsProducer(state(directory, SUFFIX));
    for (const info of infos) if (info.docValuesType !== 0) renderField(producer, info);
    producer.close();
  },
  check: (directory) => {
    const producer = lucene90DocValuesFormat.fieldsProducer(
      realSegment("lucene-10.5.0").state(directory, SUFFIX),
    );
    producer.checkIntegrity();
    producer.close();
  },
});
