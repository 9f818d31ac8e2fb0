// Every aggregation: one line each. A parser lives in a file of its own.

import { parseDateHistogram } from "./date-histogram.ts";
import { parseFilter } from "./filter.ts";
import { parseHistogram } from "./histogram.ts";
import type { AggregationParser } from "./parse.ts";
import { parseAvg, parseMax, parseMin, parseSum, parseValueCount } from "./simple-metrics.ts";
import { parseStats } from "./stats.ts";
import { parseTerms } from "./terms.ts";

/** Parsers by the aggregation's type. */
export const AGGREGATION_PARSERS: ReadonlyMap<string, AggregationParser> = new Map([
  ["avg", parseAvg],
  ["date_histogram", parseDateHistogram],
  ["filter", parseFilter],
  ["histogram", parseHistogram],
  ["max", parseMax],
  ["min", parseMin],
  ["stats", parseStats],
  ["sum", parseSum],
  ["terms", parseTerms],
  ["value_count", parseValueCount],
]);
