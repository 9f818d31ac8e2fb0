// A t-digest: a sketch of a distribution by centroids, small ones at the ends. Values are buffered,
// sorted and merged into the centroids; a centroid may grow as long as it stays below a limit that
// depends on its quantile.
// Upstream: com.tdunning.math.stats.MergingDigest (t-digest 3.3, scale function K_2),
// org.opensearch.search.aggregations.metrics.TDigestState.

const SIZE_FUDGE = 10;

/** Centroids in the order of their means. */
export class MergingDigest {
  /** As the request has it, but at least 10. */
  readonly compression: number;
  private readonly innerCompression: number;
  private readonly means: Float64Array;
  private readonly weights: Float64Array;
  private count = 0;
  private totalWeight = 0;
  private buffered = 0;
  private bufferedWeight = 0;
  /** Are all buffered values single ones? Then only the values need sorting. */
  private bufferIsUnit = true;
  private bufferMeans = new Float64Array(32);
  private bufferWeights = new Float64Array(32);
  private readonly bufferLength: number;
  private mergeCount = 0;
  private min = Infinity;
  private max = -Infinity;

  constructor(compression: number) {
    this.compression = Math.max(10, compression);
    const fudge = SIZE_FUDGE + (this.compression < 30 ? 20 : 0);
    let size = Math.trunc(2 * this.compression + fudge);
    let bufferLength = 5 * size;
    // Between merges twice as many centroids are kept: a second level of compression.
    const scale = Math.max(1, Math.floor(bufferLength / size) - 1);
    this.innerCompression = Math.sqrt(scale) * this.compression;
    size = Math.max(size, Math.ceil(this.innerCompression + fudge));
    if (bufferLength <= 2 * size) bufferLength = 2 * size;
    this.bufferLength = bufferLength;
    this.means = new Float64Array(size + 1);
    this.weights = new Float64Array(size + 1);
  }

  /** Number of values. */
  get size(): number {
    return this.totalWeight + this.bufferedWeight;
  }

  add(value: number, weight = 1): void {
    if (this.buffered >= this.bufferLength - this.count - 1) this.mergeBuffer(false);
    if (this.buffered === this.bufferMeans.length) this.growBuffer();
    this.bufferMeans[this.buffered] = value;
    this.bufferWeights[this.buffered++] = weight;
    this.bufferedWeight += weight;
    if (weight !== 1) this.bufferIsUnit = false;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  private growBuffer(): void {
    const size = Math.min(this.buffered * 2, this.bufferLength);
    const means = new Float64Array(size);
    means.set(this.bufferMeans);
    this.bufferMeans = means;
    const weights = new Float64Array(size);
    weights.set(this.bufferWeights);
    this.bufferWeights = weights;
  }

  /** Adds the centroids of another digest. */
  addAll(other: MergingDigest): void {
    other.compress();
    for (let i = 0; i < other.count; i++) this.add(other.means[i]!, other.weights[i]!);
  }

  /** Leaves about `compression` centroids. */
  compress(): void {
    this.mergeBuffer(true, this.compression);
  }

  private mergeBuffer(force: boolean, compression = this.innerCompression): void {
    if (this.size === 0 || (!force && this.bufferedWeight === 0)) return;
    this.merge(this.mergeCount % 2 === 1, compression);
    this.mergeCount++;
    this.buffered = 0;
    this.bufferedWeight = 0;
    this.bufferIsUnit = true;
  }

  /** Backwards every other time, so that neither end is favoured. */
  private merge(backwards: boolean, compression: number): void {
    this.sortBuffer();
    const total = this.buffered + this.count;
    const means = new Float64Array(total);
    const weights = new Float64Array(total);
    // Of equal means the buffered ones come first.
    let buffered = 0;
    let kept = 0;
    for (let i = 0; i < total; i++) {
      const fromBuffer =
        kept >= this.count ||
        (buffered < this.buffered && this.bufferMeans[buffered]! <= this.means[kept]!);
      means[i] = fromBuffer ? this.bufferMeans[buffered]! : this.means[kept]!;
      weights[i] = fromBuffer ? this.bufferWeights[buffered++]! : this.weights[kept++]!;
    }
    if (backwards) {
      means.reverse();
      weights.reverse();
    }
    this.totalWeight += this.bufferedWeight;
    this.fill(means, weights, compression);
    if (backwards) {
      this.means.subarray(0, this.count).reverse();
      this.weights.subarray(0, this.count).reverse();
    }
    this.min = Math.min(this.min, this.means[0]!);
    this.max = Math.max(this.max, this.means[this.count - 1]!);
  }

  private sortBuffer(): void {
    const means = this.bufferMeans.subarray(0, this.buffered);
    if (this.bufferIsUnit) {
      means.sort();
      return;
    }
    const weights = this.bufferWeights.subarray(0, this.buffered);
    const order = Array.from(means, (_, i) => i).sort((a, b) => means[a]! - means[b]! || a - b);
    means.set(Float64Array.from(order, (i) => means[i]!));
    weights.set(Float64Array.from(order, (i) => weights[i]!));
  }

  private fill(means: Float64Array, weights: Float64Array, compression: number): void {
    const { totalWeight, means: outMeans, weights: outWeights } = this;
    const normalizer = compression / (4 * Math.log(totalWeight / compression) + 24);
    const limit = (q: number): number => (q * (1 - q)) / normalizer;
    let last = 0;
    outMeans[0] = means[0]!;
    outWeights[0] = weights[0]!;
    let before = 0;
    for (let at = 1; at < means.length; at++) {
      const proposed = outWeights[last]! + weights[at]!;
      const room =
        totalWeight *
        Math.min(limit(before / totalWeight), limit((before + proposed) / totalWeight));
      // The first and the last centroid stay single.
      if (proposed <= room && at !== 1 && at !== means.length - 1) {
        outWeights[last] = proposed;
        outMeans[last]! += ((means[at]! - outMeans[last]!) * weights[at]!) / proposed;
      } else {
        before += outWeights[last]!;
        last++;
        outMeans[last] = means[at]!;
        outWeights[last] = weights[at]!;
      }
    }
    this.count = last + 1;
  }

  /** The value below which the share `q` of the values lies. */
  quantile(q: number): number {
    this.mergeBuffer(false);
    const { means, weights, count, min, max, totalWeight } = this;
    if (count === 0) return NaN;
    if (count === 1) return means[0]!;
    const index = q * totalWeight;
    if (index < 1) return min;
    const first = weights[0]! / 2;
    if (weights[0]! > 1 && index < first) {
      return min + ((index - 1) / (first - 1)) * (means[0]! - min);
    }
    if (index > totalWeight - 1) return max;
    const end = weights[count - 1]! / 2;
    if (weights[count - 1]! > 1 && totalWeight - index <= end) {
      return max - ((totalWeight - index - 1) / (end - 1)) * (max - means[count - 1]!);
    }
    return this.between(index);
  }

  private between(index: number): number {
    const { means, weights, count, max, totalWeight } = this;
    let before = weights[0]! / 2;
    for (let i = 0; i < count - 1; i++) {
      const step = (weights[i]! + weights[i + 1]!) / 2;
      if (before + step > index) {
        let left = 0;
        if (weights[i] === 1) {
          if (index - before < 0.5) return means[i]!;
          left = 0.5;
        }
        let right = 0;
        if (weights[i + 1] === 1) {
          if (before + step - index <= 0.5) return means[i + 1]!;
          right = 0.5;
        }
        return weightedAverage(
          means[i]!,
          before + step - index - right,
          means[i + 1]!,
          index - before - left,
        );
      }
      before += step;
    }
    const half = weights[count - 1]! / 2;
    const z = index - totalWeight - half;
    return weightedAverage(means[count - 1]!, z, max, half - z);
  }

  /** The share of values below `x`; of equal ones half. */
  cdf(x: number): number {
    this.mergeBuffer(false);
    const { means, count, min, max, totalWeight } = this;
    if (count === 0) return NaN;
    if (x < min) return 0;
    if (x > max) return 1;
    if (count === 1) return x - min <= max - min ? 0.5 : (x - min) / (max - min);
    const last = count - 1;
    if (x < means[0]!) {
      if (means[0]! - min <= 0) return 0;
      if (x === min) return 0.5 / totalWeight;
      const share = (x - min) / (means[0]! - min);
      return (1 + share * (this.weights[0]! / 2 - 1)) / totalWeight;
    }
    if (x > means[last]!) {
      if (max - means[last]! <= 0) return 1;
      if (x === max) return 1 - 0.5 / totalWeight;
      const share = (max - x) / (max - means[last]!);
      return 1 - (1 + share * (this.weights[last]! / 2 - 1)) / totalWeight;
    }
    return this.cdfBetween(x);
  }

  private cdfBetween(x: number): number {
    const { means, weights, count, totalWeight } = this;
    let before = 0;
    for (let i = 0; i < count - 1; i++) {
      if (means[i] === x) {
        let equal = 0;
        for (let j = i; j < count && means[j] === x; j++) equal += weights[j]!;
        return (before + equal / 2) / totalWeight;
      }
      if (means[i]! <= x && x < means[i + 1]!) {
        let left = 0;
        let right = 0;
        if (weights[i] === 1) {
          if (weights[i + 1] === 1) return (before + 1) / totalWeight;
          left = 0.5;
        } else if (weights[i + 1] === 1) {
          right = 0.5;
        }
        const step = (weights[i]! + weights[i + 1]!) / 2 - left - right;
        const base = before + weights[i]! / 2 + left;
        return (base + (step * (x - means[i]!)) / (means[i + 1]! - means[i]!)) / totalWeight;
      }
      before += weights[i]!;
    }
    return 1 - 0.5 / totalWeight;
  }
}

function weightedAverage(x1: number, w1: number, x2: number, w2: number): number {
  if (x1 > x2) return weightedAverage(x2, w2, x1, w1);
  return Math.max(x1, Math.min((x1 * w1 + x2 * w2) / (w1 + w2), x2));
}
