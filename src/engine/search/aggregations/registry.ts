// Every aggregation: one line each. A parser lives in a file of its own.

import { parseCardinality } from "./cardinality.ts";
import { parseComposite } from "./composite.ts";
import { parseDateHistogram } from "./date-histogram.ts";
import { parseExtendedStats } from "./extended-stats.ts";
import { parseFilter } from "./filter.ts";
import { parseFilters } from "./filters.ts";
import { parseGeoBounds, parseGeoCentroid } from "./geo-metrics.ts";
import { parseGlobal } from "./global.ts";
import { parseHistogram } from "./histogram.ts";
import { parseIpRange } from "./ip-range.ts";
import { parseMissing } from "./missing.ts";
import { parseNested, parseReverseNested } from "./nested.ts";
import type { AggregationParser } from "./parse.ts";
import { parsePercentileRanks, parsePercentiles } from "./percentiles.ts";
import { parseDateRange, parseRange } from "./range.ts";
import { parseAvg, parseMax, parseMin, parseSum, parseValueCount } from "./simple-metrics.ts";
import { parseStats } from "./stats.ts";
import { parseTerms } from "./terms.ts";
import { parseTopHits } from "./top-hits.ts";

/** Parsers by the aggregation's type. */
export const AGGREGATION_PARSERS: ReadonlyMap<string, AggregationParser> = new Map([
  ["avg", parseAvg],
  ["cardinality", parseCardinality],
  ["composite", parseComposite],
  ["date_histogram", parseDateHistogram],
  ["date_range", parseDateRange],
  ["extended_stats", parseExtendedStats],
  ["filter", parseFilter],
  ["filters", parseFilters],
  ["geo_bounds", parseGeoBounds],
  ["geo_centroid", parseGeoCentroid],
  ["global", parseGlobal],
  ["histogram", parseHistogram],
  ["ip_range", parseIpRange],
  ["max", parseMax],
  ["min", parseMin],
  ["missing", parseMissing],
  ["nested", parseNested],
  ["percentile_ranks", parsePercentileRanks],
  ["percentiles", parsePercentiles],
  ["range", parseRange],
  ["reverse_nested", parseReverseNested],
  ["stats", parseStats],
  ["sum", parseSum],
  ["terms", parseTerms],
  ["top_hits", parseTopHits],
  ["value_count", parseValueCount],
]);
