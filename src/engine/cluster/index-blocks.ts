// Blocks of an index by its `index.blocks.*` settings, and what they refuse.
// Upstream: IndexMetadata.INDEX_*_BLOCK, ClusterBlocks, ClusterBlockException (3.6.0).

import { VarveError } from "../../base/index.ts";
import type { IndexMetadata, JsonObject } from "./metadata.ts";

/** What a request does to an index. */
export type BlockLevel = "read" | "write" | "metadata_read" | "metadata_write";

interface IndexBlock {
  readonly setting: string;
  readonly text: string;
  readonly levels: readonly BlockLevel[];
}

const FLOOD_STAGE =
  "disk usage exceeded flood-stage watermark, index has read-only-allow-delete block";

const BLOCKS: readonly IndexBlock[] = [
  {
    setting: "index.blocks.read_only",
    text: "FORBIDDEN/5/index read-only (api)",
    levels: ["write", "metadata_write"],
  },
  { setting: "index.blocks.read", text: "FORBIDDEN/7/index read (api)", levels: ["read"] },
  { setting: "index.blocks.write", text: "FORBIDDEN/8/index write (api)", levels: ["write"] },
  {
    setting: "index.blocks.metadata",
    text: "FORBIDDEN/9/index metadata (api)",
    levels: ["metadata_read", "metadata_write"],
  },
  {
    setting: "index.blocks.read_only_allow_delete",
    text: `TOO_MANY_REQUESTS/12/${FLOOD_STAGE}`,
    levels: ["write", "metadata_write"],
  },
];

/** The blocks of an index as the cluster state shows them, by number. */
export function blocksOf(index: IndexMetadata): JsonObject {
  const shown: JsonObject = {};
  if (index.state === "close") {
    shown["4"] = { description: "index closed", retryable: false, levels: ["read", "write"] };
  }
  for (const block of BLOCKS) {
    if (index.settings.get(block.setting) !== "true") continue;
    const [, number, description] = /^[A-Z_]+\/(\d+)\/(.*)$/.exec(block.text)!;
    shown[number!] = { description, retryable: false, levels: block.levels };
  }
  return shown;
}

/** Throws `cluster_block_exception` (403, or 429 for the flood stage) when a block refuses. */
export function checkBlocks(
  indices: readonly IndexMetadata[],
  level: BlockLevel,
  options: { allowDelete?: boolean } = {},
): void {
  let text = "";
  let status = 429;
  for (const index of indices) {
    const blocks = BLOCKS.filter(
      (block) =>
        block.levels.includes(level) &&
        index.settings.get(block.setting) === "true" &&
        !(options.allowDelete === true && block.setting.endsWith("allow_delete")),
    );
    if (blocks.length === 0) continue;
    if (blocks.some((block) => block.text.startsWith("FORBIDDEN"))) status = 403;
    text += `index [${index.name}] blocked by: [${blocks.map((block) => block.text).join(", ")}];`;
  }
  if (text === "") return;
  throw new VarveError("invalid", text, {
    type: "cluster_block_exception",
    metadata: { status },
  });
}
