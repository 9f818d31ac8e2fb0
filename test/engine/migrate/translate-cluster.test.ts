// The global state of an old snapshot.

import { expect, test } from "vitest";
import { translateCluster } from "../../../src/engine/migrate/translate-cluster.ts";
import { versionId } from "../../../src/engine/version.ts";

const stored = {
  persistentSettings: {
    "cluster.routing.allocation.enable": "all",
    "xpack.monitoring.collection.enabled": "true",
  },
  templates: {
    mine: {
      template: "log-*",
      order: 3,
      settings: { "index.number_of_shards": "2", "index.lifecycle.name": "x" },
      mappings: { doc: { properties: { s: { type: "string", index: "not_analyzed" } } } },
      aliases: { all: {} },
    },
    ".watches": { index_patterns: [".watches*"], settings: {}, mappings: {} },
  },
  customs: {
    ingest: { pipeline: [] },
    index_lifecycle: { policies: {} },
    repositories: { r: {} },
    component_template: {
      component_template: {
        c: {
          template: {
            settings: { index: { codec: "default" } },
            mappings: {
              _doc: {
                properties: { f: { type: "flattened" } },
              },
            },
          },
        },
      },
    },
  },
};

test("translateCluster translates templates and drops what OpenSearch does not know", () => {
  const info = { versionId: 6082399 };
  const { metadata, ...told } = translateCluster(stored as never, info as never, 2);
  expect(metadata.persistentSettings).toEqual({ "cluster.routing.allocation.enable": "all" });
  expect(metadata.templates).toEqual({
    mine: {
      order: 3,
      index_patterns: ["log-*"],
      settings: { "index.number_of_shards": "2" },
      mappings: [{ _doc: { properties: { s: { type: "keyword" } } } }],
      aliases: { all: {} },
    },
  });
  expect(metadata.customs).toEqual({
    ingest: { pipeline: [] },
    component_template: {
      component_template: {
        c: {
          template: {
            settings: { "index.codec": "default" },
            mappings: {
              _doc: {
                properties: { f: { type: "flat_object" } },
              },
            },
          },
        },
      },
    },
  });
  expect(told.dropped).toEqual([
    "setting xpack.monitoring.collection.enabled: OpenSearch does not take it",
    "template [.watches]: it is for Elasticsearch's own indices",
    "section [index_lifecycle]: OpenSearch does not know it",
  ]);
  expect(told.translations).toContain("template [mine]: template is index_patterns");
  expect(told.isLossy).toBe(true);
});

test("translateCluster leaves the state of an OpenSearch that the target follows alone", () => {
  const info = { versionId: versionId("2.19.6") };
  const { metadata, dropped } = translateCluster(stored as never, info as never, 3);
  expect(metadata).toEqual(stored);
  expect(dropped).toEqual([]);
});
