// Mappings of real servers come back from MapperService as they went in: every index of every fixture,
// merged as a restore merges it. And what is not supported is kept, refused only in queries.

import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import type { JsonObject } from "../../../src/engine/mapping/index.ts";
import { MapperService } from "../../../src/engine/mapping/index.ts";
import { Settings } from "../../../src/engine/settings.ts";

function newService(indexName: string, settings = Settings.EMPTY): MapperService {
  const analyzers = buildIndexAnalyzers(Settings.EMPTY);
  return new MapperService({ indexName, settings, analyzers, clock: systemClock });
}

interface Expected {
  readonly final: {
    readonly mapping?: Record<string, { mappings: JsonObject }>;
    readonly settings?: Record<string, { settings: Record<string, unknown> }>;
  };
}

function isTyped(mappings: JsonObject): boolean {
  return Object.keys(mappings).some((key) => ["_doc", "doc", "note"].includes(key));
}

const folder = new URL("../../fixtures/", import.meta.url);
const files = readdirSync(folder).filter((name) =>
  /^(es|os|mixed).*\.expected\.json(\.gz)?$/.test(name),
);

describe("MapperService of a restored index", () => {
  it.each(files)("shows every mapping as it was when restored from %s", (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const text = file.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
    const { final } = JSON.parse(text) as Expected;
    for (const [name, { mappings: shown }] of Object.entries(final.mapping ?? {})) {
      // Elasticsearch up to 6 shows a mapping under its type; of several one has the fields of all.
      const mappings = isTyped(shown) ? (Object.values(shown)[0] as JsonObject) : shown;
      const settings = Settings.fromNested(final.settings?.[name]?.settings ?? {});
      const service = newService(name, settings);
      service.merge(mappings, { restored: true });
      expect(service.mapping()).toEqual(mappings);
      // Elasticsearch had another order of parameters.
      if (file.startsWith("es")) continue;
      expect(JSON.stringify(service.mapping())).toBe(JSON.stringify(mappings));
    }
  });

  it("keeps fields and parameters that it does not know, and refuses queries on them", () => {
    const service = newService("a");
    const mapping = {
      derived: { d: { type: "long" } },
      properties: {
        a: { type: "long", skip_list: true },
        v: { type: "knn_vector", dimension: 3, method: { name: "hnsw" } },
      },
    };
    service.merge(mapping as unknown as JsonObject, { restored: true });
    expect(JSON.stringify(service.mapping())).toBe(JSON.stringify(mapping));
    const parsed = service.parse({ id: "1", source: Buffer.from('{"a":1,"v":[1,2,3]}') });
    expect(parsed.dynamicUpdate).toBeUndefined();
    expect(() => service.fieldType("v")!.termQuery(1, { nowMillis: 0 })).toThrow(
      "Field [v] of type [knn_vector] is kept but cannot be searched",
    );
  });

  it("reads the strings of indices made before Elasticsearch 5", () => {
    const service = newService("a", Settings.fromNested({ "index.version.created": "2040699" }));
    const mapping = {
      properties: {
        s: { type: "string", norms: { enabled: false } },
        raw: { type: "string", index: "not_analyzed", ignore_above: 9 },
        off: { type: "string", index: "no" },
        multi: { type: "string", fields: { raw: { type: "string", index: "not_analyzed" } } },
        n: { type: "long" },
      },
    };
    service.merge(mapping as unknown as JsonObject, { restored: true });
    expect(service.mapping()).toEqual({
      properties: {
        s: { type: "text", norms: false },
        raw: { type: "keyword", ignore_above: 9 },
        off: { type: "keyword", index: false },
        multi: { type: "text", fields: { raw: { type: "keyword" } } },
        n: { type: "long" },
      },
    });
    expect(() => service.fieldType("n")!.termQuery(1, { nowMillis: 0 })).toThrow(
      "Field [n] of type [long] is kept but cannot be searched",
    );
  });

  it("rejects the same type in a mapping that a client sends", () => {
    const mapping = { properties: { v: { type: "knn_vector" } } };
    expect(() => newService("a").merge(mapping as unknown as JsonObject)).toThrow(
      "Failed to parse mapping [_doc]: No handler for type [knn_vector] declared on field [v]",
    );
  });
});
