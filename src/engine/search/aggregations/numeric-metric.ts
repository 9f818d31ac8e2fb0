// The shapes of single numbers in responses.
// Upstream: org.opensearch.search.aggregations.metrics.InternalNumericMetricsAggregation.

import type { XContentObject } from "../../../xcontent/index.ts";
import { type DocValueFormat, javaDouble } from "../../mapping/index.ts";
import { doubleToJson } from "../field-values.ts";
import type { InternalAggregation, ReduceContext } from "./aggregator.ts";

/** What all results carry. */
export interface ResultHead {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
}

/** A result with one value. */
export abstract class InternalSingleValue implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly format: DocValueFormat;
  abstract readonly type: string;

  constructor(head: ResultHead, format: DocValueFormat) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.format = format;
  }

  abstract value(): number;
  abstract reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation;

  sortValue(): number {
    return this.value();
  }

  /** Is there a value to show? Otherwise it is null. */
  protected get hasValue(): boolean {
    return true;
  }

  toXContent(): XContentObject {
    if (!this.hasValue) return { value: null };
    const value = this.value();
    const shown: XContentObject = { value: doubleToJson(value) };
    if (!this.format.isRaw) shown["value_as_string"] = formatDouble(this.format, value);
    return shown;
  }
}

/** A double through a format, as text. */
export function formatDouble(format: DocValueFormat, value: number): string {
  const shown = format.formatDouble(value);
  return typeof shown === "number" ? javaDouble(shown) : String(shown);
}
