// Records how a real OpenSearch prints, parses and rounds the dates of test/engine/time/cases.ts.
//   npx tsx tools/record-time-answers.ts http://HOST:PORT > test/engine/time/data/answers.json

import {
  FORMAT_NAMES,
  INSTANTS,
  INTERVALS,
  MATH,
  PATTERNS,
  ROUNDED,
  TEXTS,
  UNITS,
  ZONES,
} from "../test/engine/time/cases.ts";

const [url] = process.argv.slice(2);
const index = `time-answers-${process.pid}`;

type Json = Record<string, never>;

async function call(method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(`${url}/${index}${path}`, {
    method,
    headers: { "content-type": "application/x-ndjson; charset=UTF-8" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return (await response.json()) as Json;
}

async function send(method: string, path: string, body: unknown): Promise<Json> {
  const response = await fetch(`${url}/${index}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Json;
}

const lines = (values: readonly number[], kind: string) =>
  values
    .map((d, i) => `{"index":{"_id":"${kind}${i}"}}\n${JSON.stringify({ d, kind })}\n`)
    .join("");

/** What each instant prints as, per format; or the error's reason. */
async function printed(): Promise<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const format of [...FORMAT_NAMES, ...PATTERNS]) {
    const response = await send("POST", "/_search", {
      size: 100,
      sort: ["d"],
      query: { term: { kind: "print" } },
      _source: ["d"],
      docvalue_fields: [{ field: "d", format }],
    });
    const { hits } = response as unknown as {
      hits?: { hits: { _source: { d: number }; fields: { d: string[] } }[] };
    };
    out[format] =
      hits === undefined
        ? "error"
        : Object.fromEntries(hits.hits.map((hit) => [hit._source.d, hit.fields.d[0]]));
  }
  return out;
}

/** The bounds of `gte` and `lte`, as the query's explanation shows them; or "error". */
async function bounds(text: string, options: Record<string, unknown>): Promise<string> {
  const response = await send("POST", "/_validate/query?explain=true", {
    query: { range: { d: { gte: text, lte: text, ...options } } },
  });
  const { explanations, error } = response as unknown as {
    explanations?: { explanation?: string; error?: string }[];
    error?: unknown;
  };
  const explanation = explanations?.[0]?.explanation;
  if (error !== undefined || explanation === undefined) return "error";
  const match = /d:\[(-?\d+) TO (-?\d+)\]/.exec(explanation);
  return match === null ? "error" : `${match[1]} ${match[2]}`;
}

/** Bucket keys of the instants, per zone and interval. */
async function rounded(interval: Record<string, string>, zone: string): Promise<unknown> {
  const response = await send("POST", "/_search", {
    size: 0,
    query: { term: { kind: "round" } },
    aggs: { h: { date_histogram: { field: "d", time_zone: zone, min_doc_count: 1, ...interval } } },
  });
  const { aggregations } = response as unknown as {
    aggregations?: { h: { buckets: { key: number; doc_count: number }[] } };
  };
  return (
    aggregations?.h.buckets.map(({ key, doc_count }) => [key, doc_count]) ??
    JSON.stringify(response)
  );
}

await send("PUT", "", {
  settings: { number_of_shards: 1, number_of_replicas: 0, "index.max_docvalue_fields_search": 200 },
  mappings: {
    properties: { d: { type: "date", format: "epoch_millis" }, kind: { type: "keyword" } },
  },
});
await call("POST", "/_bulk?refresh", lines(INSTANTS, "print") + lines(ROUNDED, "round"));
const answers: Record<string, unknown> = { printed: await printed() };
const parsed: Record<string, Record<string, string>> = {};
for (const format of [...FORMAT_NAMES, ...PATTERNS]) {
  parsed[format] = {};
  for (const text of TEXTS) {
    const answer = await bounds(text, { format });
    if (answer !== "error") parsed[format]![text] = answer;
  }
}
answers["parsed"] = parsed;
const math: Record<string, string> = {};
for (const [text, zone] of MATH) {
  const options = { format: "strict_date_optional_time||epoch_millis", time_zone: zone };
  math[`${text} ${zone}`] = await bounds(text, options);
}
answers["math"] = math;
const roundings: Record<string, unknown> = {};
for (const zone of ZONES) {
  for (const unit of UNITS) {
    roundings[`${unit} ${zone}`] = await rounded({ calendar_interval: unit }, zone);
    roundings[`${unit} ${zone} +6h`] = await rounded(
      { calendar_interval: unit, offset: "+6h" },
      zone,
    );
  }
  for (const [text] of INTERVALS) {
    roundings[`${text} ${zone}`] = await rounded({ fixed_interval: text }, zone);
  }
}
answers["rounded"] = roundings;
process.stdout.write(`${JSON.stringify(answers)}\n`);
await fetch(`${url}/${index}`, { method: "DELETE" });
