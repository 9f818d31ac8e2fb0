// How the recorded answers are cut and packed.

import type { Configuration } from "./configurations.ts";
import { corpus } from "./corpus.ts";

/** One token of `_analyze`. */
export interface Token {
  readonly token: string;
  readonly start_offset: number;
  readonly end_offset: number;
  readonly type: string;
  readonly position: number;
  readonly positionLength?: number;
}

const CHUNK_CHARACTERS = 1500;
let texts: readonly string[] | undefined;

/** The texts of a configuration in lists that stay below the limit of tokens. */
export function chunksOf(configuration: Configuration): string[][] {
  texts ??= corpus();
  const chunks: string[][] = [[]];
  let size = 0;
  texts.forEach((text, i) => {
    // The hand-written lines are always in.
    if (i >= 50 && i % configuration.every !== 0) return;
    if (size + text.length > CHUNK_CHARACTERS && size > 0) {
      chunks.push([]);
      size = 0;
    }
    chunks[chunks.length - 1]!.push(text);
    size += text.length;
  });
  return chunks;
}

/** One line a token: term, start since the last start, length, steps of position, length, type. */
export function packTokens(tokens: readonly Token[]): string {
  let start = 0;
  let position = -1;
  const lines = tokens.map((token) => {
    const length = token.end_offset - token.start_offset;
    const fields = [
      token.token,
      token.start_offset - start,
      length === token.token.length ? "" : length,
      token.position - position === 1 ? "" : token.position - position,
      token.positionLength ?? "",
      token.type === "<ALPHANUM>" || token.type === "word" ? token.type[0] : token.type,
    ];
    start = token.start_offset;
    position = token.position;
    return fields.join("\u0001");
  });
  return lines.join("\u0002");
}
