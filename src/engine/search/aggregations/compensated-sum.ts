// Kahan summation, so that sums equal the real server's to the last digit.
// Upstream: org.opensearch.search.aggregations.metrics.CompensatedSum.

/** A running sum with what its low digits lost. */
export class CompensatedSum {
  value: number;
  delta: number;

  constructor(value = 0, delta = 0) {
    this.value = value;
    this.delta = delta;
  }

  add(value: number): void {
    if (!Number.isFinite(value)) this.value += value;
    if (!Number.isFinite(this.value)) return;
    const corrected = value + this.delta;
    const updated = this.value + corrected;
    this.delta = corrected - (updated - this.value);
    this.value = updated;
  }
}

/** Sums and their compensations by bucket. */
export class CompensatedSums {
  values = new Float64Array(8);
  deltas = new Float64Array(8);

  grow(size: number): void {
    if (size <= this.values.length) return;
    this.values = grownDoubles(this.values, size);
    this.deltas = grownDoubles(this.deltas, size);
  }

  /** `bucket` must have been grown to. */
  add(bucket: number, value: number): void {
    const { values, deltas } = this;
    const sum = values[bucket]!;
    if (value - value !== 0) values[bucket] = sum + value;
    if (values[bucket]! - values[bucket]! !== 0) return;
    const corrected = value + deltas[bucket]!;
    const updated = sum + corrected;
    deltas[bucket] = corrected - (updated - sum);
    values[bucket] = updated;
  }

  get(bucket: number): number {
    return bucket < this.values.length ? this.values[bucket]! : 0;
  }
}

/** A copy with room for `size` values; new ones are `fill`. */
export function grownDoubles(
  array: Float64Array,
  size: number,
  fill = 0,
): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(Math.max(size, array.length + (array.length >>> 1)));
  grown.set(array);
  if (fill !== 0) grown.fill(fill, array.length);
  return grown;
}
