// Which sequence numbers are done. The checkpoint is the highest number below which nothing is
// missing. Operations finish in order on a primary, so the set of those that ran ahead is empty but
// for recovery, where a commit may hold more than its checkpoint says.
// Upstream: org.opensearch.index.seqno.LocalCheckpointTracker.

/** Before the first operation. */
export const NO_OPS_PERFORMED = -1;

/** Hands out sequence numbers and keeps the processed checkpoint. */
export class LocalCheckpointTracker {
  private nextSeqNo: number;
  private checkpoint: number;
  private readonly ahead = new Set<number>();

  /** Continues a commit's `max_seq_no` and `local_checkpoint` (-1 when empty). */
  constructor(maxSeqNo: number, localCheckpoint: number) {
    this.nextSeqNo = maxSeqNo + 1;
    this.checkpoint = localCheckpoint;
  }

  get maxSeqNo(): number {
    return this.nextSeqNo - 1;
  }

  get processedCheckpoint(): number {
    return this.checkpoint;
  }

  /** A new sequence number, not yet processed. */
  generateSeqNo(): number {
    return this.nextSeqNo++;
  }

  hasProcessed(seqNo: number): boolean {
    return seqNo <= this.checkpoint || this.ahead.has(seqNo);
  }

  markProcessed(seqNo: number): void {
    if (seqNo >= this.nextSeqNo) this.nextSeqNo = seqNo + 1;
    if (seqNo !== this.checkpoint + 1) {
      if (seqNo > this.checkpoint) this.ahead.add(seqNo);
      return;
    }
    this.checkpoint = seqNo;
    while (this.ahead.size > 0 && this.ahead.delete(this.checkpoint + 1)) this.checkpoint++;
  }

  /** Numbers up to the maximum that nobody processed, in order. */
  gaps(): number[] {
    const gaps: number[] = [];
    for (let seqNo = this.checkpoint + 1; seqNo < this.nextSeqNo; seqNo++) {
      if (!this.ahead.has(seqNo)) gaps.push(seqNo);
    }
    return gaps;
  }
}
