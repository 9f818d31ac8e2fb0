// Records what a real OpenSearch answers to test/server/stories; or prints where Varve
// answers otherwise.
//   npx tsx tools/record-rest-answers.ts http://REAL:PORT > test/server/data/rest-answers.json
//   npx tsx tools/record-rest-answers.ts http://REAL:PORT varve [part of a name]

import { readStories, runStory, type StoryAnswer } from "../test/support/differential.ts";
import { startVarve } from "../test/support/varve.ts";

const [real, other, part = ""] = process.argv.slice(2) as [string, string?, string?];
const stories = readStories("test/server/stories").filter(({ name }) => name.includes(part));
const answers: Record<string, StoryAnswer[]> = {};
const varve = other === undefined ? undefined : await startVarve();

/** Prints the members that differ. */
function printDifference(path: string, real: unknown, ours: unknown): void {
  const isTree = (value: unknown) => typeof value === "object" && value !== null;
  if (JSON.stringify(real) === JSON.stringify(ours)) return;
  if (path.includes("root_cause")) return;
  if (isTree(real) && isTree(ours) && Array.isArray(real) === Array.isArray(ours)) {
    const [left, right] = [real, ours] as [Record<string, unknown>, Record<string, unknown>];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      printDifference(`${path}.${key}`, left[key], right[key]);
    }
    return;
  }
  const short = (value: unknown) => (JSON.stringify(value) ?? "-").slice(0, 700);
  console.log(`   ${path}\n     real:  ${short(real)}\n     varve: ${short(ours)}`);
}

for (const story of stories) {
  answers[story.name] = await runStory(real, story);
  if (varve === undefined) continue;
  const others = await runStory(varve.url, story);
  story.steps.forEach((step, index) => {
    const wanted = answers[story.name]![index]!;
    const got = others[index]!;
    if (JSON.stringify(wanted) === JSON.stringify(got)) return;
    const body = step.body === undefined ? "" : ` ${step.body.slice(0, 200)}`;
    console.log(`${story.name} [${index}] ${step.method} ${step.path}${body}`);
    printDifference("", wanted, got);
  });
}
await varve?.stop();
if (varve === undefined) {
  const lines = Object.entries(answers).map(
    ([name, list]) =>
      `${JSON.stringify(name)}: [\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]`,
  );
  process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);
}
