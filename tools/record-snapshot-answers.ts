// Records what a real OpenSearch answers to test/server/snapshot-calls.ts, one answer a line.
//   npx tsx tools/record-snapshot-answers.ts http://HOST:PORT PATH_REPO > test/server/snapshot-answers.json

import { askAll } from "../test/server/snapshot-calls.ts";

const [url, root] = process.argv.slice(2);
const answers = await askAll(url!, root!);
const lines = answers.map((answer) => JSON.stringify(answer));
process.stdout.write(`[\n${lines.join(",\n")}\n]\n`);
