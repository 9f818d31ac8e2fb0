// HyperLogLog++: counts distinct hashes. Few of them are kept as they are (linear counting over 25
// bits of the hash); more of them become registers of the longest runs of zeros.
//
//   hash      64 bits, as two halves
//   encoded   32 bits: the top 25 bits, then 0; or, where the bits behind the precision are all
//             zero, the top 25 bits, the run length of the rest (6 bits), then 1
//   register  the top p bits of the hash; it keeps 1 + the most leading zeros of the other bits
// Upstream: org.opensearch.search.aggregations.metrics.{HyperLogLogPlusPlus,AbstractHyperLogLog,
// AbstractLinearCounting}.

import { BIASES } from "./hyper-log-log-biases.ts";
import { RAW_ESTIMATES } from "./hyper-log-log-estimates.ts";

/** Bits of a hash that linear counting keeps. */
const P2 = 25;
const BIAS_NEIGHBOURS = 6;
const LOAD_FACTOR_MAX = 0.75;
const PRECISION_MIN = 4;
const PRECISION_MAX = 18;
/** The precision where the request names none. */
export const PRECISION_DEFAULT = 14;

/** Up to these counts linear counting over the registers is the better estimate; from 4 on. */
const THRESHOLDS = [
  10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000,
];

/** The precision with which `count` distinct values would still be counted one by one. */
export function precisionFromThreshold(count: number): number {
  const bytes = Math.ceil(count / LOAD_FACTOR_MAX) * 4;
  const bits = bytes === 0 ? 1 : 64 - clz64(Math.floor(bytes / 4294967296), bytes >>> 0);
  return Math.min(Math.max(bits, PRECISION_MIN), PRECISION_MAX);
}

function clz64(high: number, low: number): number {
  return high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
}

/** The hash on 32 bits; never 0. */
function encodeHash(high: number, low: number, precision: number): number {
  const top = high >>> (32 - P2);
  if ((top & ((1 << (P2 - precision)) - 1)) !== 0) return (top << 1) | 0;
  // The 39 bits behind the top 25: the low 7 of the high half, then the low half.
  const zeros = clz64((high << P2) | (low >>> (32 - P2)), low << P2);
  const runLength = 1 + Math.min(zeros, 64 - P2);
  return (top << 7) | (runLength << 1) | 1;
}

function decodeRunLength(encoded: number, precision: number): number {
  if ((encoded & 1) === 1) return ((encoded >>> 1) & 0x3f) + (P2 - precision);
  return 1 + Math.clz32(encoded << (31 + precision - P2));
}

function decodeIndex(encoded: number, precision: number): number {
  const top = (encoded & 1) === 1 ? encoded >>> 7 : encoded >>> 1;
  return top >>> (P2 - precision);
}

function linearCounting(size: number, empty: number): number {
  return Math.round(size * Math.log(size / empty));
}

/** One counter. */
export class HyperLogLogPlusPlus {
  readonly precision: number;
  private readonly linearMax: number;
  private encoded: Set<number> | undefined = new Set();
  private registers: Uint8Array | undefined;

  constructor(precision: number) {
    this.precision = precision;
    this.linearMax = Math.trunc(((1 << precision) / 4) * LOAD_FACTOR_MAX);
  }

  /** Adds a hash by its halves. */
  collect(high: number, low: number): void {
    this.addEncoded(encodeHash(high, low, this.precision));
  }

  private addEncoded(encoded: number): void {
    const { encoded: set } = this;
    if (set === undefined) {
      this.setRegister(encoded);
      return;
    }
    set.add(encoded);
    if (set.size > this.linearMax) this.upgrade();
  }

  private setRegister(encoded: number): void {
    const index = decodeIndex(encoded, this.precision);
    const runLength = decodeRunLength(encoded, this.precision);
    if (this.registers![index]! < runLength) this.registers![index] = runLength;
  }

  private upgrade(): void {
    const set = this.encoded;
    this.encoded = undefined;
    this.registers ??= new Uint8Array(1 << this.precision);
    for (const encoded of set ?? []) this.setRegister(encoded);
  }

  /** Adds what another counter of the same precision has seen. */
  merge(other: HyperLogLogPlusPlus): void {
    if (other.encoded !== undefined) {
      for (const encoded of other.encoded) this.addEncoded(encoded);
      return;
    }
    if (this.encoded !== undefined) this.upgrade();
    const registers = this.registers!;
    const others = other.registers!;
    for (let i = 0; i < registers.length; i++) {
      if (registers[i]! < others[i]!) registers[i] = others[i]!;
    }
  }

  /** The estimate. */
  cardinality(): number {
    if (this.encoded !== undefined) {
      const size = 2 ** P2;
      return linearCounting(size, size - this.encoded.size);
    }
    const registers = this.registers!;
    let inverseSum = 0;
    let zeros = 0;
    for (let i = 0; i < registers.length; i++) {
      inverseSum += 1 / 2 ** registers[i]!;
      if (registers[i] === 0) zeros++;
    }
    const size = registers.length;
    const raw = (this.alpha(size) * size * size) / inverseSum;
    const corrected = raw <= 5 * size ? raw - this.bias(raw) : raw;
    const estimate = zeros !== 0 ? linearCounting(size, zeros) : Math.round(corrected);
    return estimate <= THRESHOLDS[this.precision - 4]! ? estimate : Math.round(corrected);
  }

  private alpha(size: number): number {
    if (this.precision === 4) return 0.673;
    return this.precision === 5 ? 0.697 : 0.7213 / (1 + 1.079 / size);
  }

  /** The bias of an estimate: that of its six nearest neighbours, weighted by nearness. */
  private bias(estimate: number): number {
    const estimates = RAW_ESTIMATES[this.precision - 4]!;
    const biases = BIASES[this.precision - 4]!;
    const weights = new Float64Array(BIAS_NEIGHBOURS);
    let first = biases.length - BIAS_NEIGHBOURS;
    for (let i = 0; i < estimates.length; i++) {
      const weight = 1 / Math.abs(estimates[i]! - estimate);
      const at = i % BIAS_NEIGHBOURS;
      if (weight === Infinity) return biases[i]!;
      if (weights[at]! >= weight) {
        first = i - BIAS_NEIGHBOURS;
        break;
      }
      weights[at] = weight;
    }
    let weightSum = 0;
    let biasSum = 0;
    for (let i = 0; i < BIAS_NEIGHBOURS; i++) {
      biasSum += weights[i]! * biases[first + i]!;
      weightSum += weights[i]!;
    }
    return biasSum / weightSum;
  }
}
