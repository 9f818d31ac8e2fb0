// The similarity of each field: BM25 unless its mapping or the index's settings say otherwise.
// Upstream: org.opensearch.index.similarity.{SimilarityService,SimilarityProviders}.

import { illegalArgument } from "../../base/index.ts";
import { Bm25Similarity, BooleanSimilarity, type Similarity } from "../../lucene/search/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";

const BM25 = new Bm25Similarity();
const BOOLEAN = new BooleanSimilarity();

/** Answers the similarity by field name. */
export function similarityOf(
  mapper: MapperService,
  settings: Settings,
): (field: string) => Similarity {
  const named = new Map<string, Similarity>();
  const byName = (name: string): Similarity => {
    let similarity = named.get(name);
    if (similarity === undefined) named.set(name, (similarity = make(name, settings)));
    return similarity;
  };
  const fallback =
    settings.get("index.similarity.default.type") === undefined ? BM25 : byName("default");
  return (field) => {
    const type = mapper.fieldType(field) as { similarity?: string } | undefined;
    const name = type?.similarity;
    return name === undefined ? fallback : byName(name);
  };
}

function make(name: string, settings: Settings): Similarity {
  if (name === "BM25") return BM25;
  if (name === "boolean") return BOOLEAN;
  const own = settings.byPrefix(`index.similarity.${name}.`);
  const type = own.get("type") ?? name;
  switch (type) {
    case "BM25":
    case "LegacyBM25":
      return new Bm25Similarity(
        own.getFloat("k1", 1.2),
        own.getFloat("b", 0.75),
        type === "LegacyBM25",
      );
    case "boolean":
      return BOOLEAN;
    default:
      throw illegalArgument(`Similarity [${type}] of [${name}] is not supported`);
  }
}
