// `synonym` and `synonym_graph`: the rules are analyzed by the chain before the filter.
// Upstream: SynonymTokenFilterFactory, SynonymGraphTokenFilterFactory, OpenSearchSolrSynonymParser.

import { illegalArgument } from "../../base/index.ts";
import {
  addSolrSynonyms,
  SynonymFilter,
  SynonymGraphFilter,
  SynonymMap,
  type TokenStream,
} from "../../lucene/analysis/index.ts";
import { AnalysisChain, type ChainParts, type TokenFilterFactory } from "./analysis-chain.ts";
import { type ComponentContext, refuseFile } from "./component.ts";

/** Makes the factory of one of the two filters. */
export function synonymFactory(graph: boolean): (context: ComponentContext) => TokenFilterFactory {
  return (context) => {
    const { name, settings } = context;
    refuseFile(context, "synonyms_path");
    const lines = settings.getList("synonyms");
    if (settings.has("ignore_case")) {
      throw illegalArgument(
        "The ignore_case option on the synonym_graph filter is deprecated. Instead, insert a " +
          "lowercase filter in the filter chain before the synonym_graph filter.",
      );
    }
    const format = settings.get("format", "");
    if (format === "wordnet") throw illegalArgument("[wordnet] synonyms are not supported");
    if (settings.has("synonym_analyzer")) {
      throw illegalArgument("[synonym_analyzer] of a synonym filter is not supported");
    }
    const expand = settings.getBoolean("expand", true);
    const lenient = settings.getBoolean("lenient", false);
    const withChain = (before: ChainParts): TokenFilterFactory => {
      if (!settings.has("synonyms")) {
        throw illegalArgument(
          "synonym requires either `synonyms` or `synonyms_path` to be configured",
        );
      }
      const map = buildMap(lines, expand, lenient, before);
      const create = (input: TokenStream): TokenStream => {
        if (map.size === 0) return input;
        return graph
          ? new SynonymGraphFilter(input, map, false)
          : new SynonymFilter(input, map, false);
      };
      return { name, create, normalizing: false, synonymRole: "skipped" };
    };
    return {
      name,
      create: () => {
        throw illegalArgument(`[${name}] needs to know the filters before it`);
      },
      normalizing: false,
      synonymRole: "skipped",
      withChain,
    };
  };
}

function buildMap(
  lines: readonly string[],
  expand: boolean,
  lenient: boolean,
  before: ChainParts,
): SynonymMap {
  for (const filter of before.filters) {
    if (filter.synonymRole === "refused") {
      throw illegalArgument(`Token filter [${filter.name}] cannot be used to parse synonyms`);
    }
  }
  const filters = before.filters.filter((filter) => filter.synonymRole === "used");
  const chain = new AnalysisChain("synonyms", { ...before, filters }, true);
  const map = new SynonymMap();
  try {
    addSolrSynonyms(map, lines, expand, lenient, (text) => analyzeSide(chain, text));
  } catch (error) {
    throw illegalArgument("Failed to build synonyms", error);
  }
  return map;
}

function analyzeSide(chain: AnalysisChain, text: string): string[] {
  const stream = chain.tokenStream("", text);
  const words: string[] = [];
  stream.reset();
  while (stream.incrementToken()) {
    if (stream.term === "") {
      throw illegalArgument(`term: ${text} analyzed to a zero-length token`);
    }
    if (stream.positionIncrement !== 1) {
      throw illegalArgument(
        `term: ${text} analyzed to a token (${stream.term}) with position increment != 1 ` +
          `(got: ${stream.positionIncrement})`,
      );
    }
    words.push(stream.term);
  }
  stream.end();
  if (words.length === 0) {
    throw illegalArgument(`term: ${text} was completely eliminated by analyzer`);
  }
  return words;
}
