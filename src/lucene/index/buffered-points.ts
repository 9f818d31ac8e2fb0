// Points of one field of the segment in memory: packed values in arrival order.
// Upstream: PointValuesWriter (9.1.0).

import { illegalArgument } from "../../base/index.ts";
import type { PointsSource } from "../codecs/codec.ts";
import { growInt32, type RamCounter } from "./buffered-dictionary.ts";

/** Packed values with the document of each. */
export class BufferedPoints {
  count = 0;
  private readonly field: string;
  private readonly packedBytes: number;
  private readonly ram: RamCounter;
  private pool = new Uint8Array(0);
  private docs: Int32Array = new Int32Array(0);

  constructor(field: string, packedBytes: number, ram: RamCounter) {
    this.field = field;
    this.packedBytes = packedBytes;
    this.ram = ram;
  }

  add(doc: number, packed: Uint8Array): void {
    if (packed.length !== this.packedBytes) {
      throw illegalArgument(
        `field=${this.field}: this field's value has length=${packed.length} but should be ` +
          `${this.packedBytes}`,
      );
    }
    const start = this.count * this.packedBytes;
    if (start + packed.length > this.pool.length) this.growPool(start + packed.length);
    this.pool.set(packed, start);
    if (this.count >= this.docs.length) this.docs = growInt32(this.docs, this.count, this.ram);
    this.docs[this.count++] = doc;
  }

  private growPool(bytesMin: number): void {
    const grown = new Uint8Array(Math.max(bytesMin, this.pool.length * 2, 256));
    grown.set(this.pool);
    this.ram.bytes += grown.length - this.pool.length;
    this.pool = grown;
  }

  /** What a PointsWriter pulls; `oldToNew` renumbers documents (index sort). */
  source(oldToNew: Int32Array | undefined): PointsSource {
    const { count, packedBytes, pool, docs } = this;
    return {
      size: count,
      forEach(visit) {
        for (let i = 0; i < count; i++) {
          const doc = docs[i]!;
          const value = pool.subarray(i * packedBytes, (i + 1) * packedBytes);
          visit(oldToNew === undefined ? doc : oldToNew[doc]!, value);
        }
      },
    };
  }
}
