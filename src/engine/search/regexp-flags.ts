// The flags of regexp queries. Upstream: org.opensearch.index.query.RegexpFlag.

import { illegalArgument } from "../../base/index.ts";

/** Bits of Lucene's RegExp syntax flags. */
const FLAGS: Readonly<Record<string, number>> = {
  INTERSECTION: 0x0001,
  COMPLEMENT: 0x10000,
  EMPTY: 0x0004,
  ANYSTRING: 0x0008,
  AUTOMATON: 0x0010,
  INTERVAL: 0x0020,
  NONE: 0,
  ALL: 0xff,
};

/** `INTERSECTION|COMPLEMENT` as bits; empty means all. */
export function parseRegexpFlags(text: string): number {
  if (text === "") return FLAGS["ALL"]!;
  let flags = 0;
  for (const part of text.split("|")) {
    const flag = FLAGS[part.toUpperCase()];
    if (flag === undefined) throw illegalArgument(`Unknown regexp flag [${part}]`);
    flags |= flag;
  }
  return flags;
}
