// Norms: every width and density against arrays, files that Lucene wrote, and damage.

import { describe, expect, it } from "vitest";
import { lucene90NormsFormat } from "../../../src/lucene/codecs/lucene90/norms/index.ts";
import { type FieldInfo, hasNorms, IndexOptions } from "../../../src/lucene/index/field-info.ts";
import { NO_MORE_DOCS, type NormsProducer } from "../../../src/lucene/index/leaf-reader.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { describeFormat } from "../../conformance/format.ts";
import { PagedDirectory } from "../doc-values/paged-directory.ts";
import { digest, REAL_VERSIONS, realSegment } from "../doc-values/real-files.ts";
import { infosOf, renderColumn, segmentState } from "../doc-values/segments.ts";
import { type Column, docsOf, longColumn, numericSource, seeded } from "../doc-values/sources.ts";

function renderNorms(producer: NormsProducer, info: FieldInfo): string[] {
  const lines: string[] = [];
  const norms = producer.norms(info);
  for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
    lines.push(`${doc} ${norms.bigValue()}`);
  }
  return lines;
}

function writeNorms(columns: readonly Column[], maxDoc: number) {
  const infos = infosOf(columns);
  for (const info of infos) info.indexOptions = IndexOptions.DOCS;
  const state = segmentState(new MemoryDirectory(), maxDoc, infos, "");
  const consumer = lucene90NormsFormat.normsConsumer(state);
  columns.forEach((column, i) => {
    consumer.addNorms(infos[i]!, () => numericSource(column));
  });
  consumer.close();
  return { infos, producer: lucene90NormsFormat.normsProducer(state) };
}

const SHAPES = [
  "constant",
  "bits1",
  "bits7",
  "bits8",
  "bits15",
  "bits16",
  "bits31",
  "bits32",
  "edges",
];
const DENSITIES = ["all", "none", "most", "half", "few", "last", "border"];

describe("Lucene90NormsFormat", () => {
  it.each([1, 128, 4096, 70000])(
    "reads back all widths when a segment has %d documents",
    (maxDoc) => {
      const random = seeded(maxDoc);
      const columns = DENSITIES.flatMap((density, d) =>
        SHAPES.filter((_, s) => maxDoc < 5000 || s % DENSITIES.length === d).map((shape) =>
          longColumn(
            `${density}_${shape}`,
            "NUMERIC",
            docsOf(density, maxDoc, random),
            shape,
            random,
          ),
        ),
      );
      const { infos, producer } = writeNorms(columns, maxDoc);
      producer.checkIntegrity();
      columns.forEach((column, i) => {
        const [, ...expected] = renderColumn(column);
        expect(digest(renderNorms(producer, infos[i]!)), column.name).toBe(digest(expected));
      });
    },
  );

  it("advanceExact finds the norm when targets jump", () => {
    const random = seeded(9);
    const column = longColumn("n", "NUMERIC", docsOf("half", 70000, random), "bits7", random);
    const { infos, producer } = writeNorms([column], 70000);
    const at = new Map(column.docs.map((doc, i) => [doc, Number(column.longs[i]![0])]));
    const norms = producer.norms(infos[0]!);
    for (let doc = 0; doc < 70000; doc += 1 + random(500)) {
      expect(norms.advanceExact(doc) ? norms.longValue() : undefined).toBe(at.get(doc));
    }
  });

  it("reads every version's files as Lucene does when an IndexWriter wrote them", () => {
    for (const version of REAL_VERSIONS) {
      const { directory, infos, expected, state } = realSegment(version);
      const fields = infos.filter(hasNorms);
      expect(fields.length).toBe(2);
      for (const from of [directory, new PagedDirectory(directory.files, 64)]) {
        const producer = lucene90NormsFormat.normsProducer(state(from, ""));
        for (const info of fields) {
          expect(digest(renderNorms(producer, info))).toBe(expected.get(`${info.name} NORMS`));
        }
      }
    }
  });

  it("rejects a field without norms when it is asked for", () => {
    const { producer } = writeNorms([longColumn("n", "NUMERIC", [0], "constant", seeded(1))], 1);
    const stranger = { ...realSegment("lucene-10.4.0").infos[0]!, number: 77 };
    expect(() => producer.norms(stranger)).toThrow(/Field has no norms/);
  });
});

describeFormat({
  name: "Lucene90NormsFormat",
  files: () => realSegment("lucene-9.12.3").directory.files,
  damages: (name) => /\.nv[dm]$/.test(name),
  read: (directory) => {
    const { infos, state } = realSegment("lucene-9.12.3");
    const producer = lucene90NormsFormat.normsProducer(state(directory, ""));
    for (const info of infos.filter(hasNorms)) renderNorms(producer, info);
    producer.close();
  },
  check: (directory) => {
    const { state } = realSegment("lucene-9.12.3");
    const producer = lucene90NormsFormat.normsProducer(state(directory, ""));
    producer.checkIntegrity();
    producer.close();
  },
});
