// Synonyms as a graph of tokens: each side of a rule is a path with position lengths.
// Upstream: org.apache.lucene.analysis.synonym.SynonymGraphFilter.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";
import { SynonymMap, type SynonymRule, synonymKeyWord } from "./synonym-map.ts";

interface OutputToken {
  /** Undefined for a token of the input. */
  readonly term: string | undefined;
  readonly state: TokenState | undefined;
  readonly startNode: number;
  readonly endNode: number;
}

/** Matches greedily; the longest rule wins, and matched words are not matched again. */
export class SynonymGraphFilter extends TokenFilter {
  private readonly synonyms: SynonymMap;
  private readonly ignoreCase: boolean;
  private readonly lookahead: TokenState[] = [];
  private readonly outputs: OutputToken[] = [];
  private finished = false;
  private nextNode = 0;
  private lastNode = -1;
  private matchStartOffset = 0;
  private matchEndOffset = 0;

  constructor(input: TokenStream, synonyms: SynonymMap, ignoreCase: boolean) {
    super(input);
    this.synonyms = synonyms;
    this.ignoreCase = ignoreCase;
  }

  override reset(): void {
    super.reset();
    this.lookahead.length = 0;
    this.outputs.length = 0;
    this.finished = false;
    this.nextNode = 0;
    this.lastNode = -1;
  }

  override incrementToken(): boolean {
    if (this.outputs.length > 0) return this.release();
    const match = this.match();
    if (match !== undefined) {
      this.buffer(match.rule, this.lookahead.splice(0, match.length));
      return this.release();
    }
    const token = this.lookahead.shift();
    if (token === undefined) return false;
    this.restoreState(token);
    this.lastNode += this.positionIncrement;
    this.nextNode = this.lastNode + this.positionLength;
    return true;
  }

  /** The `index`-th token ahead. */
  private peek(index: number): TokenState | undefined {
    while (this.lookahead.length <= index && !this.finished) {
      if (this.advance()) this.lookahead.push(this.captureState());
      else this.finished = true;
    }
    return this.lookahead[index];
  }

  private match(): { rule: SynonymRule; length: number } | undefined {
    let found: { rule: SynonymRule; length: number } | undefined;
    let key: string | undefined;
    for (let index = 0; ; index++) {
      const token = this.peek(index);
      if (token === undefined) break;
      if (index === 0) this.matchStartOffset = token.startOffset;
      key = SynonymMap.keyOf(synonymKeyWord(token.term, this.ignoreCase), key);
      const rule = this.synonyms.rule(key);
      if (rule !== undefined) {
        found = { rule, length: index + 1 };
        this.matchEndOffset = token.endOffset;
      }
      if (!this.synonyms.continues(key)) break;
    }
    return found;
  }

  private release(): true {
    const token = this.outputs.shift()!;
    if (token.state !== undefined) this.restoreState(token.state);
    else {
      this.term = token.term!;
      this.startOffset = this.matchStartOffset;
      this.endOffset = this.matchEndOffset;
      this.type = "SYNONYM";
      this.keyword = false;
    }
    this.positionIncrement = token.startNode - this.lastNode;
    this.lastNode = token.startNode;
    this.positionLength = token.endNode - token.startNode;
    return true;
  }

  /** Lays out the paths of a match between one start node and one end node. */
  private buffer(rule: SynonymRule, matched: readonly TokenState[]): void {
    const paths: OutputToken[][] = rule.outputs.map((words) =>
      words.map((term) => ({ term, state: undefined, startNode: 0, endNode: 0 })),
    );
    // The original comes last: offsets must not go backwards.
    if (rule.keepOriginal) {
      paths.push(matched.map((state) => ({ term: undefined, state, startNode: 0, endNode: 0 })));
    }
    const start = this.nextNode;
    const inner = paths.reduce((sum, path) => sum + path.length - 1, 0);
    const end = start + inner + 1;
    const heads: OutputToken[] = [];
    const tails: OutputToken[] = [];
    let node = start;
    for (const path of paths) {
      path.forEach((token, i) => {
        const startNode = i === 0 ? start : node;
        const endNode = i === path.length - 1 ? end : ++node;
        (i === 0 ? heads : tails).push({ ...token, startNode, endNode });
      });
    }
    this.outputs.push(...heads, ...tails);
    this.nextNode = end;
  }
}
