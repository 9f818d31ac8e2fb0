// The memory that uploads of one store share: whoever wants a buffer waits for its bytes, and takes
// one that another part has left, for the collector is slower than an upload.

/** Bytes that may be in use at once. */
export class ByteBudget {
  private left: number;
  private readonly total: number;
  private readonly waiting: { bytes: number; go: () => void }[] = [];

  constructor(totalBytes: number) {
    this.total = totalBytes;
    this.left = totalBytes;
  }

  /** Waits for the bytes; answers what gives them back. More than all counts as all. */
  async acquire(bytes: number, signal?: AbortSignal): Promise<() => void> {
    const wanted = Math.min(bytes, this.total);
    if (this.waiting.length > 0 || this.left < wanted) await this.turn(wanted, signal);
    else this.left -= wanted;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.left += wanted;
      this.wake();
    };
  }

  private turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        bytes,
        go: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal?.reason);
        this.wake();
      };
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.waiting.push(entry);
    });
  }

  private wake(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      if (this.left < first.bytes) return;
      this.waiting.shift();
      this.left -= first.bytes;
      first.go();
    }
  }
}

/** Buffers of uploads that are used again. */
export class PartBuffers {
  private readonly free: Uint8Array[] = [];
  private readonly bytesMax: number;
  private bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** A buffer of this length, its content whatever it was. */
  take(length: number): Uint8Array {
    const at = this.free.findIndex((buffer) => buffer.length === length);
    if (at < 0) return Buffer.allocUnsafeSlow(length);
    this.bytes -= length;
    return this.free.splice(at, 1)[0]!;
  }

  /** Gives back a buffer that nobody reads any more. */
  give(buffer: Uint8Array): void {
    if (this.bytes + buffer.length > this.bytesMax) return;
    this.bytes += buffer.length;
    this.free.push(buffer);
  }
}
