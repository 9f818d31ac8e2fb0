import { describe, expect, it } from "vitest";
import type { VarveError } from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import { Settings } from "../../../src/engine/settings.ts";
import type { Analyzer } from "../../../src/lucene/analysis/index.ts";

const settingsOf = (analysis: unknown) => Settings.fromNested({ index: { analysis } });

function terms(analyzer: Analyzer | undefined, text: string): string[] {
  const stream = analyzer!.tokenStream("field", text);
  const found: string[] = [];
  stream.reset();
  while (stream.incrementToken()) found.push(stream.term);
  stream.end();
  return found;
}

function refusalOf(analysis: unknown): VarveError {
  try {
    buildIndexAnalyzers(settingsOf(analysis));
  } catch (error) {
    return error as VarveError;
  }
  throw new Error("nothing was refused");
}

describe("buildIndexAnalyzers", () => {
  it("rejects an unknown type of each component by name", () => {
    for (const kind of ["analyzer", "tokenizer", "filter", "char_filter", "normalizer"]) {
      const { message } = refusalOf({ [kind]: { x: { type: "nope" } } });
      expect(message).toBe(`Unknown ${kind} type [nope] for [x]`);
    }
  });

  it("rejects unknown parts of custom analyzers with all reasons", () => {
    const error = refusalOf({
      analyzer: { x: { tokenizer: "standard", filter: ["nope"] }, y: { tokenizer: "foo" } },
    });
    expect(error.message).toBe("Failed to build analyzers: [x, y]");
    expect(error.metadata["suppressed"]).toMatchObject([
      { reason: "[x] Custom Analyzer [x] failed to find filter under name [nope]" },
      { reason: "[y] Custom Analyzer [y] failed to find tokenizer under name [foo]" },
    ]);
  });

  it("rejects a filter that a normalizer may not use", () => {
    const { message } = refusalOf({ normalizer: { n: { type: "custom", filter: ["stop"] } } });
    expect(message).toBe("Custom normalizer [n] may not use filter [stop]");
  });

  it("rejects n-grams wider than index.max_ngram_diff", () => {
    const { message } = refusalOf({ filter: { n: { type: "ngram", min_gram: 1, max_gram: 5 } } });
    expect(message).toContain("[1] but was [4]");
  });

  it("opens a restored index with components it does not have, and refuses their use", () => {
    const analysis = {
      analyzer: {
        odd: { tokenizer: "standard", filter: ["h"] },
        plain: { tokenizer: "standard", filter: ["lowercase"] },
      },
      filter: { h: { type: "hunspell", locale: "en_US" } },
    };
    const analyzers = buildIndexAnalyzers(settingsOf(analysis), true);
    expect(terms(analyzers.get("plain"), "A b")).toEqual(["a", "b"]);
    expect(() => terms(analyzers.get("odd"), "a")).toThrow("analyzer [odd] is not supported");
    expect(() => terms(analyzers.get("french"), "a")).toThrow("analyzer [french] is not supported");
  });

  it("normalizes a term with the normalizing parts only", () => {
    const analyzers = buildIndexAnalyzers(
      settingsOf({
        analyzer: { x: { tokenizer: "standard", filter: ["lowercase", "stop", "porter_stem"] } },
        normalizer: { n: { filter: ["lowercase", "asciifolding"] } },
      }),
    );
    expect(analyzers.get("x")!.normalize("f", "The FOXES")).toBe("the foxes");
    expect(analyzers.normalizer("n")!.normalize("f", "ÀÉ")).toBe("ae");
    expect(terms(analyzers.whitespaceNormalizer("n"), "À É")).toEqual(["a", "e"]);
  });

  it("gives a fresh stream for each text when one is left unfinished", () => {
    const analyzer = buildIndexAnalyzers(Settings.EMPTY).get("standard")!;
    const stream = analyzer.tokenStream("f", "one two three");
    stream.reset();
    stream.incrementToken();
    expect(terms(analyzer, "four")).toEqual(["four"]);
  });

  it("takes default and default_search from the settings", () => {
    const analyzers = buildIndexAnalyzers(
      settingsOf({
        analyzer: { default: { type: "whitespace" }, default_search: { type: "simple" } },
      }),
    );
    expect(terms(analyzers.defaultIndex, "A-b")).toEqual(["A-b"]);
    expect(terms(analyzers.defaultSearch, "A-b")).toEqual(["a", "b"]);
    expect(analyzers.defaultSearchQuote).toBe(analyzers.defaultSearch);
  });
});
