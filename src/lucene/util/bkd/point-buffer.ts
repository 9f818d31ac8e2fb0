// Points of one field on their way into a BKD tree.

/** Packed values and documents; grows while points are added. */
export class PointBuffer {
  readonly packedBytes: number;
  values: Uint8Array;
  docs: Int32Array;
  count = 0;

  constructor(packedBytes: number, expected: number) {
    const room = Math.max(16, expected);
    this.packedBytes = packedBytes;
    this.values = new Uint8Array(room * packedBytes);
    this.docs = new Int32Array(room);
  }

  add(doc: number, packedValue: Uint8Array): void {
    if (this.count === this.docs.length) {
      const docs = new Int32Array(this.count * 2);
      docs.set(this.docs);
      this.docs = docs;
      const values = new Uint8Array(this.count * 2 * this.packedBytes);
      values.set(this.values);
      this.values = values;
    }
    this.docs[this.count] = doc;
    this.values.set(packedValue, this.count * this.packedBytes);
    this.count++;
  }
}
