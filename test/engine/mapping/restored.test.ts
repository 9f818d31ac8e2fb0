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

const folder = new URL("../../fixtures/", import.meta.url);
const files = readdirSync(folder).filter((name) =>
  /^(os|mixed).*\.expected\.json(\.gz)?$/.test(name),
);

describe("MapperService of a restored index", () => {
  it.each(files)("shows every mapping as it was when restored from %s", (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const text = file.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
    const { final } = JSON.parse(text) as Expected;
    for (const [name, { mappings }] of Object.entries(final.mapping ?? {})) {
      const settings = Settings.fromNested(final.settings?.[name]?.settings ?? {});
      const service = newService(name, settings);
      service.merge(mappings, { restored: true });
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

  it("rejects the same type in a mapping that a client sends", () => {
    const mapping = { properties: { v: { type: "knn_vector" } } };
    expect(() => newService("a").merge(mapping as unknown as JsonObject)).toThrow(
      "Failed to parse mapping [_doc]: No handler for type [knn_vector] declared on field [v]",
    );
  });
});
