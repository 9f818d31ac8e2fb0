// The similarity of each field: BM25 unless its mapping or the index's settings say otherwise.
// Norms of indices made before Elasticsearch 6 (Lucene 7) stand for other lengths.
// Upstream: org.opensearch.index.similarity.{SimilarityService,SimilarityProviders}.

import { illegalArgument } from "../../base/index.ts";
import { IndexOptions } from "../../lucene/index/index.ts";
import {
  Bm25Before8Similarity,
  Bm25Similarity,
  BooleanSimilarity,
  LENGTHS_BYTE4,
  LENGTHS_BYTE315,
  type Similarity,
} from "../../lucene/search/index.ts";
import type { MapperService } from "../mapping/index.ts";
import { Settings } from "../settings.ts";

const BM25 = new Bm25Similarity();
const BOOLEAN = new BooleanSimilarity();

/** From here on a term's score has no factor k1 + 1. */
const FIRST_MAJOR_OF_BM25 = 3;
const MAJOR_OF_ELASTICSEARCH_MIN = 5;
/** Elasticsearch 5 and 6. */
const BM25_OF_MAJOR = new Map([
  [5, "Lucene6BM25"],
  [6, "Lucene7BM25"],
]);
/** Internal version id of Elasticsearch 6.0.0, the first on Lucene 7. */
const VERSION_6_0_0 = 6_000_099;

/** What a field's type says about its scores. */
interface ScoredFieldType {
  readonly similarity?: string;
  readonly hasNorms?: boolean;
  readonly indexOptions?: IndexOptions;
}

/**
 * Answers the similarity by field name. Besides OpenSearch's types there are `Lucene6BM25` and
 * `Lucene7BM25`, which a snapshot of Elasticsearch 5 or 6 is mounted with.
 */
export function similarityOf(
  mapper: MapperService,
  settings: Settings,
): (field: string) => Similarity {
  const made = new Map<string, Similarity>();
  const hasDefault = settings.get("index.similarity.default.type") !== undefined;
  return (field) => {
    const type = mapper.fieldType(field) as ScoredFieldType | undefined;
    const name = type?.similarity ?? (hasDefault ? "default" : "BM25");
    const docsOnly = type?.indexOptions === IndexOptions.DOCS;
    const key = `${name} ${type?.hasNorms} ${docsOnly}`;
    let similarity = made.get(key);
    if (similarity === undefined) {
      similarity = make(name, settings, type?.hasNorms === true, docsOnly);
      made.set(key, similarity);
    }
    return similarity;
  };
}

/**
 * Settings that give an index of a snapshot the scores that its server gave: before 3.0 (and in
 * Elasticsearch) BM25 is multiplied by k1 + 1, up to Elasticsearch 6 it is computed as Lucene did
 * then. The index's own similarities come first.
 */
export function withSimilarityOf(settings: Settings, serverVersion: string | undefined): Settings {
  const major = Number.parseInt(serverVersion ?? "0", 10);
  if (major >= FIRST_MAJOR_OF_BM25 && major < MAJOR_OF_ELASTICSEARCH_MIN) return settings;
  const type = BM25_OF_MAJOR.get(major) ?? "LegacyBM25";
  const nested = { index: { similarity: { default: { type }, BM25: { type } } } };
  return Settings.fromNested(nested).merge(settings);
}

/** Did a server's terms of keywords score by their rarity? From 3.1 on they do not. */
export function serverScoresKeywords(serverVersion: string | undefined): boolean {
  const [major = 0, minor = 0] = (serverVersion ?? "0").split(".").map(Number);
  const isOpenSearch3 = major >= FIRST_MAJOR_OF_BM25 && major < MAJOR_OF_ELASTICSEARCH_MIN;
  return !isOpenSearch3 || (major === FIRST_MAJOR_OF_BM25 && minor < 1);
}

function make(name: string, settings: Settings, hasNorms: boolean, docsOnly: boolean): Similarity {
  const own = settings.byPrefix(`index.similarity.${name}.`);
  const type = own.get("type") ?? name;
  if (type === "boolean") return BOOLEAN;
  const isOldNorm = settings.getInt("index.version.created", VERSION_6_0_0) < VERSION_6_0_0;
  const lengths = isOldNorm ? LENGTHS_BYTE315 : LENGTHS_BYTE4;
  const k1 = own.getFloat("k1", 1.2);
  const b = own.getFloat("b", 0.75);
  switch (type) {
    case "BM25":
      return name === "BM25" && !isOldNorm ? BM25 : new Bm25Similarity(k1, b, false, lengths);
    case "LegacyBM25":
      return new Bm25Similarity(k1, b, true, lengths);
    case "Lucene6BM25":
    case "Lucene7BM25": {
      const countsAsOne = docsOnly && type === "Lucene6BM25";
      const average = countsAsOne ? { averageLength: 1 } : {};
      return new Bm25Before8Similarity({ k1, b, hasNorms, lengths, ...average });
    }
    default:
      throw illegalArgument(`Similarity [${type}] of [${name}] is not supported`);
  }
}
