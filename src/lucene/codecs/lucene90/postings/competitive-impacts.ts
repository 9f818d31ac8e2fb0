// Competitive (frequency, norm) pairs of a run of documents, and their bytes in skip data.
//
// A pair is competitive when no other pair has a frequency at least as high and an unsigned norm at
// least as low. Pairs are written by ascending frequency and norm, as differences minus one:
//   TYPE   FIELD      MEANING
//   vInt   freqDelta  (freq - previous - 1) << 1 | normFollows
//   zLong  normDelta  norm - previous - 1, only when normFollows (otherwise 0)
// Norms are bytes, subtracted as signed numbers and ordered as unsigned ones.
// Upstream: org.apache.lucene.codecs.CompetitiveImpactAccumulator and
// Lucene90SkipWriter.writeImpacts (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import type { Impact } from "../../../index/leaf-reader.ts";
import type { DataOutput } from "../../../store/index.ts";

/** Keeps the highest frequency per norm byte. */
export class CompetitiveImpacts {
  /** Highest frequency by unsigned norm byte. */
  private readonly freqMaxima = new Int32Array(256);

  clear(): void {
    this.freqMaxima.fill(0);
  }

  /** A norm that is not a byte counts as 1, the norm that beats all others. */
  add(freq: number, norm: number): void {
    const index = norm >= -128 && norm <= 127 ? norm & 0xff : 1;
    if (freq > this.freqMaxima[index]!) this.freqMaxima[index] = freq;
  }

  addAll(other: CompetitiveImpacts): void {
    const source = other.freqMaxima;
    const target = this.freqMaxima;
    for (let i = 0; i < 256; i++) if (source[i]! > target[i]!) target[i] = source[i]!;
  }

  /** Writes the competitive pairs. */
  write(out: DataOutput): void {
    let freqPrevious = 0;
    let normPrevious = 0;
    for (let index = 0; index < 256; index++) {
      const freq = this.freqMaxima[index]!;
      if (freq <= freqPrevious) continue;
      const norm = (index << 24) >> 24;
      const normDelta = norm - normPrevious - 1;
      const freqDelta = freq - freqPrevious - 1;
      if (normDelta === 0) {
        out.writeVInt(freqDelta << 1);
      } else {
        out.writeVInt((freqDelta << 1) | 1);
        out.writeZInt(normDelta);
      }
      freqPrevious = freq;
      normPrevious = norm;
    }
  }
}

/** A list of impacts that is filled again and again without allocating. */
export class ImpactList {
  private readonly pool: { freq: number; norm: number }[] = [];
  private list: Impact[] = [];

  /** The impacts, valid until the next fill. */
  get impacts(): readonly Impact[] {
    return this.list;
  }

  clear(): void {
    this.list.length = 0;
  }

  push(freq: number, norm: number): void {
    const at = this.list.length;
    let impact = this.pool[at];
    if (impact === undefined) {
      impact = { freq, norm };
      this.pool.push(impact);
    } else {
      impact.freq = freq;
      impact.norm = norm;
    }
    this.list.push(impact);
  }

  /** What is known where no impacts are stored: any frequency with the best norm. */
  setUnbounded(): void {
    this.clear();
    this.push(2147483647, 1);
  }

  /** Decodes `bytes[0..length)`; `corrupt` when pairs do not ascend. */
  read(bytes: Uint8Array, length: number, file: string): void {
    this.clear();
    let at = 0;
    let freq = 0;
    let norm = 0;
    const next = (): number => {
      let value = 0;
      for (let shift = 0; at < length && shift < 70; shift += 7) {
        const byte = bytes[at++]!;
        if (shift < 32) value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
      throw corrupt("Impacts are cut short", { file });
    };
    while (at < length) {
      const code = next();
      freq += 1 + (code >>> 1);
      if ((code & 1) === 0) {
        norm++;
      } else {
        const zigzag = next();
        norm += 1 + ((zigzag >>> 1) ^ -(zigzag & 1));
      }
      if (freq > 2147483647) throw corrupt("Impact frequency is out of bounds", { file, freq });
      this.push(freq, norm & 0xff);
    }
    if (this.list.length === 0) this.setUnbounded();
  }
}
