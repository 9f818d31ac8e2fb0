// What is asked of the corpus. The answers of OpenSearch 3.6.0 are in data/answers.json.

import { BUCKET_REQUESTS } from "./bucket-requests.ts";
import { METRIC_REQUESTS } from "./metric-requests.ts";
import { REFUSED_REQUESTS } from "./refused-requests.ts";
import { TERMS_REQUESTS } from "./terms-requests.ts";

/** A request: its aggregations, and where they run. */
export interface AggregationRequest {
  readonly aggs: object;
  /** Of the indices; `aggs-one` unless given. */
  readonly index?: string;
  readonly query?: object;
  readonly params?: string;
}

/** All requests by name. */
export const REQUESTS: Readonly<Record<string, AggregationRequest>> = {
  ...TERMS_REQUESTS,
  ...BUCKET_REQUESTS,
  ...METRIC_REQUESTS,
  ...REFUSED_REQUESTS,
};
