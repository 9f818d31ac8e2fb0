// Writes the pages of docs/format that are the header comments of codec files, so that the two
// cannot drift: `npx tsx tools/format-docs.ts`. A test compares them.

import { readFileSync, writeFileSync } from "node:fs";

const LUCENE = "src/lucene";

/** Page → its title and the files whose headers it shows. */
export const PAGES: Readonly<
  Record<string, { readonly title: string; readonly files: readonly string[] }>
> = {
  "codec-header-footer": {
    title: "Header and footer of every Lucene file",
    files: ["store/codec-util.ts"],
  },
  segments: {
    title: "Commits, segments and fields",
    files: [
      "index/segment-infos.ts",
      "codecs/lucene90/segment-info.ts",
      "codecs/lucene99/segment-info.ts",
      "codecs/lucene90/sort-fields.ts",
      "codecs/lucene90/field-infos.ts",
      "codecs/lucene94/field-infos.ts",
      "codecs/lucene90/compound.ts",
      "codecs/lucene90/live-docs.ts",
      "codecs/old-codecs.ts",
      "store/big-endian.ts",
      "codecs/lucene86/segment-info.ts",
      "codecs/lucene70/segment-info.ts",
      "codecs/lucene62/segment-info.ts",
      "codecs/lucene62/sort-fields.ts",
      "codecs/lucene50/segment-info.ts",
      "codecs/lucene60/field-infos.ts",
      "codecs/lucene50/compound.ts",
      "codecs/lucene50/live-docs.ts",
    ],
  },
  "stored-fields": {
    title: "Stored fields",
    files: [
      "codecs/lucene90/stored-fields.ts",
      "codecs/lucene90/compressing-chunk.ts",
      "codecs/lucene90/compressing-ints.ts",
      "codecs/lucene90/stored-fields-values.ts",
      "codecs/lucene90/compressing-fields-index.ts",
      "codecs/lucene87/stored-fields.ts",
      "codecs/lucene50/stored-fields.ts",
      "codecs/lucene50/big-endian-stored-fields-reader.ts",
      "util/packed/packed-ints.ts",
      "codecs/lucene50/sequential-chunk.ts",
      "codecs/lucene50/fields-index.ts",
      "codecs/opensearch-custom/stored-fields.ts",
    ],
  },
  "old-columns": {
    title: "Doc values, norms and points before Lucene 9",
    files: [
      "codecs/lucene80/doc-values/doc-values-format.ts",
      "codecs/lucene70/doc-values/index.ts",
      "codecs/lucene70/plain-set.ts",
      "util/packed/big-endian-direct-reader.ts",
      "codecs/lucene54/doc-values/doc-values-format.ts",
      "codecs/lucene54/doc-values/dictionaries.ts",
      "codecs/lucene80/norms/index.ts",
      "codecs/lucene70/norms/index.ts",
      "codecs/lucene53/norms.ts",
      "codecs/lucene86/points/index.ts",
      "codecs/lucene60/points/index.ts",
      "util/bkd/bkd-format.ts",
    ],
  },
  postings: {
    title: "Postings",
    files: [
      "codecs/lucene90/postings/postings-writer.ts",
      "codecs/lucene90/postings/for-util.ts",
      "codecs/lucene90/postings/pfor-util.ts",
      "codecs/lucene90/postings/skip-writer.ts",
      "codecs/lucene90/postings/competitive-impacts.ts",
      "codecs/lucene912/block-postings-reader.ts",
      "codecs/lucene912/block-postings-enum.ts",
      "codecs/lucene912/skip-state.ts",
      "codecs/lucene912/for-delta-util.ts",
      "codecs/lucene104/lucene104-postings-format.ts",
      "codecs/lucene84/postings/lucene84-postings-format.ts",
      "codecs/lucene50/postings/lucene50-postings-format.ts",
      "codecs/lucene50/postings/packed-block.ts",
      "codecs/lucene50/postings/term-metadata.ts",
      "codecs/lucene50/postings/skip-reader.ts",
    ],
  },
  "terms-dictionary": {
    title: "Terms dictionary",
    files: [
      "codecs/lucene90/blocktree/terms-writer.ts",
      "codecs/lucene90/blocktree/suffix-compression.ts",
      "util/fst/fst-constants.ts",
      "codecs/lucene103/terms-reader.ts",
      "codecs/lucene103/trie-terms-index.ts",
      "codecs/lucene40/blocktree/terms-reader.ts",
      "codecs/lucene40/blocktree/interleaved-block-frame.ts",
      "codecs/lucene40/blocktree/inline-fst.ts",
    ],
  },
};

/** The comment at the head of a file, without its slashes. */
function headerOf(file: string): string {
  const lines: string[] = [];
  for (const line of readFileSync(`${LUCENE}/${file}`, "utf8").split("\n")) {
    if (!line.startsWith("//")) break;
    lines.push(line.replace(/^\/\/ ?/, ""));
  }
  return lines.join("\n").trim();
}

/** One page as Markdown. */
export function formatPage(name: string): string {
  const { title, files } = PAGES[name]!;
  const sections = files.map(
    (file) => `## ${LUCENE}/${file}\n\n\`\`\`text\n${headerOf(file)}\n\`\`\`\n`,
  );
  return `# ${title}\n\nThe headers of the files that read and write it.\n\n${sections.join("\n")}`;
}

if (process.argv[1]?.endsWith("format-docs.ts")) {
  for (const name of Object.keys(PAGES)) writeFileSync(`docs/format/${name}.md`, formatPage(name));
}
