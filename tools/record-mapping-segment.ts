// Indexes test/engine/mapping/segment-cases.ts into a real OpenSearch and dumps the segment it wrote.
//   npx tsx tools/record-mapping-segment.ts http://HOST:PORT DATA_FOLDER > test/engine/mapping/data/segment.json

import { join } from "node:path";
import { FsDirectory } from "../src/engine/store/fs-directory.ts";
import { openDirectoryReader } from "../src/lucene/index/directory-reader.ts";
import { dumpReader } from "../test/engine/mapping/dump-segment.ts";
import { SEGMENT_DOCUMENTS, SEGMENT_MAPPING } from "../test/engine/mapping/segment-cases.ts";

const [url, dataFolder] = process.argv.slice(2) as [string, string];
const index = `mapping-segment-${process.pid}`;

async function call(method: string, path: string, body?: unknown): Promise<Record<string, never>> {
  const response = await fetch(`${url}/${index}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, never>;
  if (!response.ok) throw new Error(JSON.stringify(json));
  return json;
}

await call("PUT", "", {
  settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: -1 },
  mappings: SEGMENT_MAPPING,
});
for (const { id, routing, source } of SEGMENT_DOCUMENTS) {
  const query = routing === undefined ? "" : `?routing=${routing}`;
  await call("PUT", `/_doc/${encodeURIComponent(id)}${query}`, source);
}
await call("POST", "/_flush");
const settings = (await call("GET", "/_settings")) as Record<string, never>;
const { uuid } = (settings[index]! as { settings: { index: { uuid: string } } }).settings.index;
const reader = openDirectoryReader(
  new FsDirectory(join(dataFolder, "nodes/0/indices", uuid, "0/index")),
);
process.stdout.write(`${JSON.stringify(dumpReader(reader), null, 1)}\n`);
await call("DELETE", "");
