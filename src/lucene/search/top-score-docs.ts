// Keeps the best hits by score, ties by doc. Upstream: TopScoreDocCollector, HitQueue.

import type { LeafContext } from "../index/leaf-reader.ts";
import type { Collector, LeafCollector, Scorable, ScoreMode } from "./query.ts";

/** One hit: a doc of the whole reader and its score. */
export interface ScoreDoc {
  readonly doc: number;
  readonly score: number;
}

/** Collects the `size` best hits; with `after`, those that come behind it. */
export class TopScoreDocCollector implements Collector {
  readonly scoreMode: ScoreMode = "complete";
  private readonly size: number;
  private readonly after: ScoreDoc | undefined;
  private readonly scores: Float64Array;
  private readonly docs: Int32Array;
  private filled = 0;
  maxScore = NaN;

  constructor(size: number, after?: ScoreDoc) {
    this.size = size;
    this.after = after;
    this.scores = new Float64Array(size);
    this.docs = new Int32Array(size);
  }

  getLeafCollector({ docBase }: LeafContext): LeafCollector {
    let scorer: Scorable | undefined;
    return {
      setScorer: (given) => {
        scorer = given;
      },
      collect: (doc) => this.offer(docBase + doc, scorer!.score()),
    };
  }

  /** Adds one hit. Docs must come in order. */
  offer(doc: number, score: number): void {
    if (!(score <= this.maxScore)) this.maxScore = score;
    const { after } = this;
    if (after !== undefined && (score > after.score || (score === after.score && doc <= after.doc)))
      return;
    if (this.filled < this.size) {
      this.siftUp(this.filled++, doc, score);
    } else if (this.size > 0 && score > this.scores[0]!) {
      this.siftDown(doc, score);
    }
  }

  private siftUp(from: number, doc: number, score: number): void {
    const { scores, docs } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!worse(score, doc, scores[parent]!, docs[parent]!)) break;
      scores[at] = scores[parent]!;
      docs[at] = docs[parent]!;
      at = parent;
    }
    scores[at] = score;
    docs[at] = doc;
  }

  private siftDown(doc: number, score: number): void {
    const { scores, docs } = this;
    const size = this.filled;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && worse(scores[right]!, docs[right]!, scores[child]!, docs[child]!)) {
        child = right;
      }
      if (!worse(scores[child]!, docs[child]!, score, doc)) break;
      scores[at] = scores[child]!;
      docs[at] = docs[child]!;
      at = child;
    }
    scores[at] = score;
    docs[at] = doc;
  }

  /** The hits, best first. */
  topDocs(): ScoreDoc[] {
    const hits: ScoreDoc[] = [];
    for (let i = 0; i < this.filled; i++) {
      hits.push({ doc: this.docs[i]!, score: this.scores[i]! });
    }
    return hits.sort((a, b) => b.score - a.score || a.doc - b.doc);
  }
}

function worse(score: number, doc: number, otherScore: number, otherDoc: number): boolean {
  return score !== otherScore ? score < otherScore : doc > otherDoc;
}
