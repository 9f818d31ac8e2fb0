// Indexes the corpus into a server and asks it, ours or the real one.

import { bulkLines, CORPUS_ALIASES, corpusIndices, deletedIds } from "./corpus.ts";
import type { AggregationRequest } from "./requests.ts";

async function call(base: string, method: string, path: string, body?: string): Promise<any> {
  const response = await fetch(`${base}${path}`, {
    method,
    body: body ?? null,
    headers: { "content-type": "application/json" },
  });
  // Keys beyond what a double holds are compared as texts.
  const text = (await response.text()).replace(/(?<="key":)-?\d{16,}(?=[,}])/g, '"$&"');
  return JSON.parse(text);
}

/** Makes the indices anew. */
export async function indexCorpus(base: string): Promise<void> {
  for (const index of corpusIndices()) {
    await call(base, "DELETE", `/${index.name}`);
    await call(
      base,
      "PUT",
      `/${index.name}`,
      JSON.stringify({
        settings: {
          number_of_shards: index.shards,
          number_of_replicas: 0,
          refresh_interval: -1,
          "merge.policy.max_merge_at_once": 50,
          "merge.policy.segments_per_tier": 50,
        },
        mappings: index.mappings,
      }),
    );
    for (let from = 0; from < index.documents.length; from += index.refreshEvery) {
      const slice = index.documents.slice(from, from + index.refreshEvery);
      const answer = await call(base, "POST", `/${index.name}/_bulk`, bulkLines(slice));
      if (answer.errors !== false) throw new Error(JSON.stringify(answer).slice(0, 1000));
      await call(base, "POST", `/${index.name}/_refresh`);
    }
    for (const id of deletedIds(index)) await call(base, "DELETE", `/${index.name}/_doc/${id}`);
    await call(base, "POST", `/${index.name}/_refresh`);
  }
  await call(base, "POST", "/_aliases", JSON.stringify({ actions: CORPUS_ALIASES }));
}

/** Removes the indices. */
export async function deleteCorpus(base: string): Promise<void> {
  for (const { name } of corpusIndices()) await call(base, "DELETE", `/${name}`);
}

/** The body of a request. */
export function bodyOf({ aggs, query }: AggregationRequest): string {
  return JSON.stringify({ size: 0, ...(query === undefined ? {} : { query }), aggs });
}

/** The aggregations of an answer, or its error without what differs from run to run. */
export async function ask(base: string, request: AggregationRequest): Promise<unknown> {
  const { index = "aggs-one", params = "" } = request;
  const answer = await call(base, "POST", `/${index}/_search?${params}`, bodyOf(request));
  if (answer.error === undefined) return { aggregations: answer.aggregations };
  return JSON.parse(
    JSON.stringify({ error: answer.error, status: answer.status }, (key, value) =>
      key === "node" || key === "index_uuid" ? undefined : value,
    ),
  );
}
