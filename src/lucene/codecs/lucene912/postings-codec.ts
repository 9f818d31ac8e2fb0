// What differs between the generations of postings with inline skip data: names, the size of a
// block and how a block is packed.

import type { IndexInput } from "../../store/index.ts";
import type { BlockCodec } from "../lucene90/postings/position-cursor.ts";

/** Level-1 skip data stands before every 32 full blocks. */
export const LEVEL1_BLOCKS = 32;

/** How one generation packs and names its postings. */
export interface PostingsCodec extends BlockCodec {
  /** Codec names in the headers: `<prefix>Meta`, `<prefix>Doc`, `<prefix>Pos`, `<prefix>Pay`. */
  readonly prefix: string;
  /** Codec name in the header inside .tmd. */
  readonly termsCodec: string;
  readonly versionMax: number;
  /**
   * Decodes one full block of documents. `target` gets them as they are (not as deltas), `base` is
   * the document before the block. Answers the last one, or -1 where the bytes make no sense.
   */
  decodeDocs(input: IndexInput, base: number, target: Int32Array): number;
}
