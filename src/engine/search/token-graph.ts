// Tokens that span several positions (multi-word synonyms) as a graph of positions.
// Upstream: org.apache.lucene.util.graph.GraphTokenStreamFiniteStrings.

/** One token of an analyzed text. */
export interface GraphToken {
  readonly term: string;
  readonly increment: number;
  readonly length: number;
  readonly endOffset: number;
}

interface Edge {
  readonly term: string;
  readonly from: number;
  readonly to: number;
  /** Positions that were skipped before it, counted in its increment. */
  readonly increment: number;
  readonly endOffset: number;
}

/** A part of the text between two positions that no token spans. */
export interface GraphSegment {
  /** The ways through the part; undefined where it is one position. */
  readonly paths: GraphToken[][] | undefined;
  /** The terms of the one position. */
  readonly terms: string[];
}

const PATHS_MAX = 1024;

/** The graph of a token stream. */
export class TokenGraph {
  private readonly edges: Edge[] = [];
  private readonly nodes: number[];

  constructor(tokens: readonly GraphToken[]) {
    let position = -1;
    const ends = new Set<number>();
    for (const token of tokens) {
      position += token.increment;
      if (this.edges.length === 0) position = 0;
      const edge = {
        term: token.term,
        from: position,
        to: position + token.length,
        increment: Math.max(1, token.increment),
        endOffset: token.endOffset,
      };
      this.edges.push(edge);
      ends.add(edge.from).add(edge.to);
    }
    this.nodes = [...ends].sort((a, b) => a - b);
  }

  /** The text cut at every position that no token spans. */
  segments(): GraphSegment[] {
    const cuts = this.nodes.filter(
      (node) => !this.edges.some(({ from, to }) => from < node && node < to),
    );
    const segments: GraphSegment[] = [];
    for (let i = 0; i + 1 < cuts.length; i++) {
      const [from, to] = [cuts[i]!, cuts[i + 1]!];
      const inside = this.edges.filter((edge) => edge.from >= from && edge.to <= to);
      if (inside.length === 0) continue;
      const single = inside.every((edge) => edge.from === from && edge.to === to);
      segments.push(
        single
          ? { paths: undefined, terms: inside.map(({ term }) => term) }
          : { paths: this.paths(from, to), terms: [] },
      );
    }
    return segments;
  }

  /** Every way through the whole text. */
  allPaths(): GraphToken[][] {
    return this.paths(this.nodes[0]!, this.nodes[this.nodes.length - 1]!);
  }

  private paths(from: number, to: number): GraphToken[][] {
    const found: GraphToken[][] = [];
    const walk = (node: number, path: GraphToken[]): void => {
      if (found.length >= PATHS_MAX) return;
      if (node >= to) {
        found.push(path);
        return;
      }
      const next = this.edges.filter((edge) => edge.from === node && edge.to <= to);
      if (next.length === 0) {
        const after = this.nodes.find((other) => other > node);
        if (after !== undefined) walk(after, path);
        return;
      }
      for (const { term, to: end, endOffset, increment } of next) {
        walk(end, [
          ...path,
          {
            term,
            increment: path.length === 0 ? 1 : increment,
            length: 1,
            endOffset,
          },
        ]);
      }
    };
    walk(from, []);
    return found;
  }
}
