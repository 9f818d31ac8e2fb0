// Records what a real OpenSearch answers to test/engine/mapping/cases.ts.
//   npx tsx tools/record-mapping-answers.ts http://HOST:PORT > test/engine/mapping/data/answers.json

import type { MappingCase } from "../test/engine/mapping/cases.ts";
import { CASES } from "../test/engine/mapping/cases.ts";

const [url] = process.argv.slice(2);
const index = `mapping-answers-${process.pid}`;

async function call(method: string, path: string, body?: string): Promise<Record<string, never>> {
  const response = await fetch(`${url}/${index}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  return (await response.json()) as Record<string, never>;
}

/** The error with its chain of causes, or undefined. */
function errorOf(response: { error?: unknown }): unknown {
  const short = (error: unknown): unknown => {
    if (typeof error === "string") return { type: "text", reason: error };
    const { type, reason, caused_by } = error as Record<string, unknown>;
    return caused_by === undefined
      ? { type, reason }
      : { type, reason, caused_by: short(caused_by) };
  };
  return response.error === undefined ? undefined : short(response.error);
}

async function record(one: MappingCase): Promise<unknown> {
  const settings = { number_of_replicas: 0, ...one.settings };
  const created = await call("PUT", "", JSON.stringify({ settings, mappings: one.mapping }));
  const error = errorOf(created);
  if (error !== undefined) return { error };
  const mapping = async () =>
    ((await call("GET", "/_mapping")) as Record<string, { mappings: unknown }>)[index]!.mappings;
  const answer: Record<string, unknown> = { mapping: await mapping(), steps: [] };
  for (const step of one.steps ?? []) {
    const response =
      "update" in step
        ? await call("PUT", "/_mapping", JSON.stringify(step.update))
        : await call("POST", "/_doc/1", step.document);
    (answer["steps"] as unknown[]).push(errorOf(response) ?? "ok");
  }
  if (one.steps !== undefined) answer["finalMapping"] = await mapping();
  await call("DELETE", "");
  return answer;
}

const answers: Record<string, unknown> = {};
for (const one of CASES) answers[one.name] = await record(one);
process.stdout.write(`${JSON.stringify(answers, null, 1)}\n`);
