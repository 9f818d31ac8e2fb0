// Bounds the memory of unfinished segments and version maps over all shards of a node
// (`indices.memory.index_buffer_size`). When the sum is above the budget, the shard that holds most
// writes its buffer to a segment. Upstream: IndexingMemoryController (2.19.6).

/** A shard as the controller sees it. */
export interface IndexingMemoryUser {
  readonly indexingBytes: number;
  /** Moves the buffer to disk. */
  writeIndexingBuffer(): void;
}

const BUDGET_BYTES_DEFAULT = 64 * 1024 * 1024;
/** Sizes are summed up once in this many writes. */
const WRITES_PER_CHECK = 64;

/** The node's budget. */
export class IndexingMemory {
  readonly budgetBytes: number;
  private readonly users = new Set<IndexingMemoryUser>();
  private writesLeft = WRITES_PER_CHECK;

  constructor(budgetBytes = BUDGET_BYTES_DEFAULT) {
    this.budgetBytes = budgetBytes;
  }

  add(user: IndexingMemoryUser): void {
    this.users.add(user);
  }

  remove(user: IndexingMemoryUser): void {
    this.users.delete(user);
  }

  /** Call after every write. */
  onWrite(): void {
    if (--this.writesLeft > 0) return;
    this.writesLeft = WRITES_PER_CHECK;
    let total = 0;
    let largest: IndexingMemoryUser | undefined;
    let largestBytes = 0;
    for (const user of this.users) {
      const bytes = user.indexingBytes;
      total += bytes;
      if (bytes > largestBytes) {
        largestBytes = bytes;
        largest = user;
      }
    }
    if (total > this.budgetBytes) largest?.writeIndexingBuffer();
  }
}
