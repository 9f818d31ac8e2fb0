// Settings and aliases of old indices.

import { expect, test } from "vitest";
import { whyRewritten } from "../../../src/engine/migrate/migration-target.ts";
import { translateAliases } from "../../../src/engine/migrate/translate-aliases.ts";
import { Notes } from "../../../src/engine/migrate/translate-mapping.ts";
import { translateSettings, withLists } from "../../../src/engine/migrate/translate-settings.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { versionId } from "../../../src/engine/version.ts";

function translate(json: Record<string, unknown>) {
  const notes = new Notes();
  const { settings, ...rest } = translateSettings(Settings.fromNested(json), notes);
  return { ...rest, settings: settings.toFlat(), notes: notes.list() };
}

test("withLists puts the numbered entries of Elasticsearch 5 together", () => {
  const settings = withLists(
    Settings.fromNested({ "a.filter.0": "x", "a.filter.1": "y", "a.min": "0", "b.2020": "1" }),
  );
  expect(settings.toFlat()).toEqual({ "a.filter": ["x", "y"], "a.min": "0", "b.2020": "1" });
});

test("translateSettings drops what OpenSearch does not know, and names it", () => {
  const { settings, notes, isNotDynamic } = translate({
    "index.number_of_shards": "3",
    "index.refresh_interval": "30s",
    "index.uuid": "u",
    "index.version.created": "6082399",
    "index.mapper.dynamic": "false",
    "index.mapping.single_type": "true",
    "index.soft_deletes.enabled": "false",
    "index.lifecycle.name": "hot",
    "index.routing.allocation.include._tier_preference": "data_hot",
    "index.routing.allocation.require.box": "a",
    "index.codec": "ZSTD",
  });
  expect(settings).toEqual({
    "index.number_of_shards": "3",
    "index.refresh_interval": "30s",
    "index.routing.allocation.require.box": "a",
  });
  expect(isNotDynamic).toBe(true);
  expect(notes).toEqual([
    "setting index.mapper.dynamic: dropped, it has no meaning in the target",
    "setting index.mapping.single_type: dropped, it has no meaning in the target",
    "setting index.soft_deletes.enabled: dropped, it has no meaning in the target",
    "setting index.lifecycle.name: dropped, OpenSearch does not know it",
    "setting index.routing.allocation.include._tier_preference: dropped, it has no meaning in the target",
    "setting index.codec: dropped [ZSTD]",
  ]);
});

test("translateSettings renames components of analyzers and takes the standard filter out", () => {
  const { settings, notes } = translate({
    "index.analysis.tokenizer.t": { type: "nGram", min_gram: "2", max_gram: "5" },
    "index.analysis.filter.s": { type: "standard" },
    "index.analysis.analyzer.a": {
      type: "custom",
      tokenizer: "t",
      char_filter: ["htmlStrip"],
      filter: ["standard", "lowercase", "s"],
    },
  });
  expect(settings).toEqual({
    "index.analysis.tokenizer.t.type": "ngram",
    "index.analysis.tokenizer.t.min_gram": "2",
    "index.analysis.tokenizer.t.max_gram": "5",
    "index.analysis.analyzer.a.type": "custom",
    "index.analysis.analyzer.a.tokenizer": "t",
    "index.analysis.analyzer.a.char_filter": ["html_strip"],
    "index.analysis.analyzer.a.filter": ["lowercase"],
    "index.max_ngram_diff": "3",
  });
  expect(notes).toContain("setting index.max_ngram_diff: 3, as the analyzers need");
  expect(notes).toContain("setting index.analysis.filter.s: dropped, the filter standard is gone");
});

test("translateSettings drops similarities that are gone, and says which are left", () => {
  const { similarities, settings } = translate({
    "index.similarity.old.type": "classic",
    "index.similarity.mine": { type: "BM25", b: "0.2" },
  });
  expect([...similarities]).toEqual(["mine"]);
  expect(Object.keys(settings)).toEqual(["index.similarity.mine.b", "index.similarity.mine.type"]);
});

test("translateAliases leaves out an alias whose filter would show everything", () => {
  const notes = new Notes();
  const aliases = [
    { alias: "plain" },
    { alias: "kept", filter: { term: { type: "x" } } },
    { alias: "typed", filter: { bool: { must: [{ term: { _type: "x" } }] } } },
    { alias: "gone", filter: { filtered: { query: { match_all: {} } } } },
  ];
  const kept = translateAliases(new Map(aliases.map((one) => [one.alias, one])), notes);
  expect([...kept.keys()]).toEqual(["plain", "kept"]);
  expect(notes.list()).toEqual([
    "alias [typed]: left out, its filter uses [_type], which is gone",
    "alias [gone]: left out, its filter uses [filtered], which is gone",
  ]);
});

const [es5, es68, es70, es710, es717, es8] = [5061699, 6082399, 7000099, 7100299, 7170099, 8010099];
const open = (text: string) => versionId(text);

test.each([
  [es5, es5, 2, true],
  [es68, es68, 2, true],
  [es68, es710, 2, true],
  [es70, es70, 2, false],
  [es710, es710, 2, false],
  [es717, es717, 2, true],
  [es8, es8, 2, true],
  [open("1.0.0"), open("1.3.0"), 2, false],
  [open("2.19.6"), open("2.19.6"), 2, false],
  [open("2.19.6"), open("3.0.0"), 2, true],
  [open("3.0.0"), open("3.0.0"), 2, true],
  [es710, open("1.3.0"), 3, true],
  [open("1.3.0"), open("2.19.6"), 3, true],
  [open("2.0.0"), open("2.0.0"), 3, false],
  [open("3.8.0"), open("3.8.0"), 3, false],
] as const)(
  "whyRewritten: created by %i, in a snapshot of %i, to %i: %s",
  (created, by, to, is) => {
    expect(whyRewritten(created, by, to) !== undefined).toBe(is);
  },
);
