// Every aggregation: one line each. A parser lives in a file of its own.

import type { AggregationParser } from "./parse.ts";

/** Parsers by the aggregation's type. */
export const AGGREGATION_PARSERS: ReadonlyMap<string, AggregationParser> = new Map([
]);
