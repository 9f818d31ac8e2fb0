// How a shard was filled, as `_recovery` tells it. Upstream: RecoveryState (3.6.0).

/** A shard's recovery; counters move while it runs. */
export interface ShardRecovery {
  readonly type: "EMPTY_STORE" | "EXISTING_STORE" | "SNAPSHOT";
  stage: "INIT" | "INDEX" | "VERIFY_INDEX" | "TRANSLOG" | "FINALIZE" | "DONE";
  readonly startTime: number;
  /** 0 while it runs. */
  stopTime: number;
  readonly source: {
    readonly repository?: string;
    readonly snapshot?: string;
    readonly snapshotUuid?: string;
    readonly index?: string;
  };
  /** Files of a restored shard, once they are known. */
  details?: { readonly name: string; readonly length: number; recovered: number }[];
  readonly files: { total: number; recovered: number };
  readonly bytes: { total: number; recovered: number };
}
