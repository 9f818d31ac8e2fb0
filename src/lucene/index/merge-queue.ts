// A k-way merge of sorted byte strings: a binary heap of sources by their current term.
// Upstream: the priority queues of MultiTermsEnum and OrdinalMap.

/** Sources that each answer their next term (borrowed until their next move), or undefined. */
export class MergeQueue {
  /** The sources that stand at the current term, smallest first; `topCount` of them. */
  readonly top: Int32Array;
  topCount = 0;
  private readonly next: (source: number) => Uint8Array | undefined;
  private readonly terms: (Uint8Array | undefined)[] = [];
  private readonly heap: Int32Array;
  private size = 0;

  constructor(sources: readonly number[], next: (source: number) => Uint8Array | undefined) {
    this.next = next;
    this.heap = new Int32Array(sources.length);
    this.top = new Int32Array(sources.length);
    for (const source of sources) this.advance(source);
  }

  /** Moves past the current term; answers the next one, borrowed. */
  nextTerm(): Uint8Array | undefined {
    for (let i = 0; i < this.topCount; i++) this.advance(this.top[i]!);
    this.topCount = 0;
    if (this.size === 0) return undefined;
    const first = this.pop();
    this.top[this.topCount++] = first;
    const term = this.terms[first]!;
    while (this.size > 0 && compareBytes(this.terms[this.heap[0]!]!, term) === 0) {
      this.top[this.topCount++] = this.pop();
    }
    return term;
  }

  private advance(source: number): void {
    const term = this.next(source);
    this.terms[source] = term;
    if (term !== undefined) this.push(source);
  }

  private less(a: number, b: number): boolean {
    const order = compareBytes(this.terms[a]!, this.terms[b]!);
    return order === 0 ? a < b : order < 0;
  }

  private push(source: number): void {
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.less(source, this.heap[parent]!)) break;
      this.heap[at] = this.heap[parent]!;
      at = parent;
    }
    this.heap[at] = source;
  }

  private pop(): number {
    const first = this.heap[0]!;
    const last = this.heap[--this.size]!;
    let at = 0;
    for (let child = 1; child < this.size; child = at * 2 + 1) {
      if (child + 1 < this.size && this.less(this.heap[child + 1]!, this.heap[child]!)) child++;
      if (!this.less(this.heap[child]!, last)) break;
      this.heap[at] = this.heap[child]!;
      at = child;
    }
    this.heap[at] = last;
    return first;
  }
}

/** Unsigned byte order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
