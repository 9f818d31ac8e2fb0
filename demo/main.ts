// The main job on real input: 135,233 cities in, two snapshots, a disaster, a restore, and proof
// that nothing is missing. Every comparison must hold for exit code 0. `--keep` leaves it running.

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Settings } from "../src/engine/index.ts";
import { startServer } from "../src/server/index.ts";
import { type City, cityDocument, loadCities } from "./cities.ts";
import { Report } from "./report.ts";
import { Rest } from "./rest.ts";

const INDEX = "cities";
const RESTORED = "restored-cities";
const REPOSITORY = "demo-repository";
const BATCH_DOCUMENTS = 5000;
const MAX_BODY_BYTES = 100 * 1024 * 1024;

const MAPPINGS = {
  properties: {
    name: { type: "text", fields: { raw: { type: "keyword" } } },
    country: { type: "keyword" },
    admin: { type: "keyword" },
    feature: { type: "keyword" },
    population: { type: "long" },
    location: { type: "geo_point" },
  },
};

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Sends documents in batches; `line` makes the bulk lines of one. */
async function bulk<T>(
  rest: Rest,
  report: Report,
  title: string,
  items: readonly T[],
  line: (item: T) => string,
): Promise<void> {
  const bar = report.bar(title, items.length);
  for (let start = 0; start < items.length; start += BATCH_DOCUMENTS) {
    const part = items.slice(start, start + BATCH_DOCUMENTS);
    const answer = await rest.call("POST", `/${INDEX}/_bulk`, part.map(line).join(""));
    if (answer["errors"] === true)
      throw new Error(`The bulk had errors: ${JSON.stringify(answer).slice(0, 500)}`);
    bar.advance(part.length);
  }
  bar.end();
  await rest.call("POST", `/${INDEX}/_refresh`);
}

interface Content {
  readonly count: number;
  /** SHA-256 over `_id TAB _source LF` in the order of ids. */
  readonly sha256: string;
  readonly search: unknown;
  readonly aggregation: unknown;
}

/** Reads everything back through a scroll, a search and an aggregation. */
async function contentOf(
  rest: Rest,
  report: Report,
  index: string,
  total: number,
): Promise<Content> {
  const lines: string[] = [];
  const bar = report.bar(`Reading ${index}`, total);
  let page = await rest.call("POST", `/${index}/_search?scroll=1m`, {
    size: 10_000,
    sort: ["_doc"],
  });
  for (let hits = page["hits"].hits; hits.length > 0; hits = page["hits"].hits) {
    for (const hit of hits) lines.push(`${hit._id}\t${JSON.stringify(hit._source)}\n`);
    bar.advance(hits.length);
    page = await rest.call("POST", "/_search/scroll", {
      scroll: "1m",
      scroll_id: page["_scroll_id"],
    });
  }
  bar.end();
  await rest.call("DELETE", "/_search/scroll", { scroll_id: page["_scroll_id"] });
  const hash = createHash("sha256");
  for (const line of lines.sort()) hash.update(line);
  const found = await rest.call("POST", `/${index}/_search`, {
    query: { match: { name: "san francisco" } },
    sort: [{ population: "desc" }, { "name.raw": "asc" }],
    size: 3,
  });
  const summed = await rest.call("POST", `/${index}/_search`, {
    size: 0,
    aggs: {
      countries: {
        terms: { field: "country", size: 5 },
        aggs: { people: { sum: { field: "population" } } },
      },
    },
  });
  return {
    count: (await rest.call("GET", `/${index}/_count`))["count"],
    sha256: hash.digest("hex"),
    search: found["hits"].hits.map((hit: any) => [hit._id, hit._source.name, hit._source.country]),
    aggregation: summed["aggregations"],
  };
}

async function snapshot(rest: Rest, report: Report, name: string, folder: string): Promise<void> {
  const before = folderBytes(folder);
  await report.step(`Snapshot ${name}`, async () => {
    const answer = await rest.call(
      "PUT",
      `/_snapshot/${REPOSITORY}/${name}?wait_for_completion=true`,
      { indices: INDEX },
    );
    report.check(`${name} is a SUCCESS`, answer["snapshot"].state, "SUCCESS");
    const status = await rest.call("GET", `/_snapshot/${REPOSITORY}/${name}/_status`);
    const { incremental, total } = status["snapshots"][0].stats;
    return (
      `${incremental.file_count} of ${total.file_count} files, ` +
      `${megabytes(incremental.size_in_bytes)} of ${megabytes(total.size_in_bytes)} uploaded ` +
      `(the repository grew by ${megabytes(folderBytes(folder) - before)})`
    );
  });
}

/** Some thousand changes and deletions, picked without chance. */
async function changeSome(rest: Rest, report: Report, cities: readonly City[]): Promise<void> {
  const changed = cities.filter((_, position) => position % 45 === 0);
  const deleted = cities.filter((_, position) => position % 60 === 7);
  await report.step("Change and delete documents", async () => {
    await bulk(
      rest,
      report,
      "Changing",
      changed,
      (city) =>
        `{"update":{"_id":"${city.cityId}"}}\n${JSON.stringify({ doc: { population: city.population + 1 } })}\n`,
    );
    await bulk(
      rest,
      report,
      "Deleting",
      deleted,
      (city) => `{"delete":{"_id":"${city.cityId}"}}\n`,
    );
    return `${changed.length} changed, ${deleted.length} deleted`;
  });
}

async function loseAndRestore(rest: Rest, report: Report): Promise<void> {
  await report.step("Restore over the open index", async () => {
    const refused = await rest.fails("POST", `/_snapshot/${REPOSITORY}/second/_restore`, {
      indices: INDEX,
    });
    report.check("it is refused with status 500", refused.status, 500);
    report.check(
      "as snapshot_restore_exception",
      refused.body.error.type,
      "snapshot_restore_exception",
    );
    return refused.body.error.reason.slice(0, 96);
  });
  await report.step("Lose the index", async () => {
    await rest.call("DELETE", `/${INDEX}`);
    const gone = await rest.fails("GET", `/${INDEX}/_count`);
    report.check("the index is gone", gone.status, 404);
    return `DELETE /${INDEX}: ${gone.body.error.reason}`;
  });
  await report.step("Restore under another name", async () => {
    const answer = await rest.call(
      "POST",
      `/_snapshot/${REPOSITORY}/second/_restore?wait_for_completion=true`,
      {
        indices: INDEX,
        rename_pattern: "(.+)",
        rename_replacement: "restored-$1",
      },
    );
    report.check("no shard failed", answer["snapshot"].shards.failed, 0);
    return `${answer["snapshot"].shards.successful} shards`;
  });
}

function printCurlLines(url: string): void {
  const lines = [
    `curl '${url}/_cat/repositories?v'`,
    `curl -XPUT '${url}/_snapshot/${REPOSITORY}/third?wait_for_completion=true'`,
    `curl '${url}/_snapshot/${REPOSITORY}/_all?pretty'`,
    `curl -XPOST '${url}/_snapshot/${REPOSITORY}/second/_restore'`,
    `curl '${url}/_cat/recovery?v=true&h=i,s,t,ty,st,shost,thost,f,fp,b,bp'`,
    `curl '${url}/_cat/indices?v'`,
    `curl '${url}/${RESTORED}/_search?q=name:kyoto&pretty'`,
    `curl -XDELETE '${url}/${RESTORED}'`,
  ];
  process.stdout.write(
    `\nThe engine goes on at ${url} until Ctrl-C. Try:\n  ${lines.join("\n  ")}\n`,
  );
}

async function run(rest: Rest, report: Report, folder: string): Promise<void> {
  const cities = loadCities();
  await report.step(`Index ${cities.length.toLocaleString("en")} cities`, async () => {
    await rest.call("PUT", `/${INDEX}`, {
      settings: { number_of_shards: 2, number_of_replicas: 0 },
      mappings: MAPPINGS,
    });
    await bulk(
      rest,
      report,
      "Indexing",
      cities,
      (city) => `{"index":{"_id":"${city.cityId}"}}\n${JSON.stringify(cityDocument(city))}\n`,
    );
    const stats = await rest.call("GET", `/${INDEX}/_stats`);
    report.check("every city is there", stats["_all"].primaries.docs.count, cities.length);
    return `${megabytes(stats["_all"].primaries.store.size_in_bytes)} on disk`;
  });
  await report.step("Register the repository", async () => {
    await rest.call("PUT", `/_snapshot/${REPOSITORY}`, {
      type: "fs",
      settings: { location: REPOSITORY, max_snapshot_bytes_per_sec: "0" },
    });
    return `fs, ${REPOSITORY}`;
  });
  const repository = join(folder, "repositories", REPOSITORY);
  await snapshot(rest, report, "first", repository);
  await changeSome(rest, report, cities);
  await snapshot(rest, report, "second", repository);
  const total = (await rest.call("GET", `/${INDEX}/_count`))["count"];
  const before = await report.step(
    "Read what is there",
    async () => contentOf(rest, report, INDEX, total),
    (content) => `${content.count} documents, SHA-256 ${content.sha256.slice(0, 16)}…`,
  );
  await loseAndRestore(rest, report);
  const after = await report.step(
    "Read what came back",
    async () => contentOf(rest, report, RESTORED, total),
    (content) => `${content.count} documents, SHA-256 ${content.sha256.slice(0, 16)}…`,
  );
  report.check("the counts are equal", after.count, before.count);
  report.check("the checksums of all documents are equal", after.sha256, before.sha256);
  report.check("the search answers the same", after.search, before.search);
  report.check("the aggregation answers the same", after.aggregation, before.aggregation);
}

async function main(): Promise<void> {
  const keep = process.argv.includes("--keep");
  const folder = mkdtempSync(join(tmpdir(), "varve-demo-"));
  const report = new Report();
  const server = await report.step(
    "Start the engine",
    () =>
      startServer({
        settings: Settings.EMPTY,
        host: "127.0.0.1",
        port: 0,
        dataFolder: join(folder, "data"),
        repositoryFolders: [join(folder, "repositories")],
        maxBodyBytes: MAX_BODY_BYTES,
      }),
    ({ url }) => url,
  );
  try {
    await run(new Rest(server.url), report, folder);
  } catch (error) {
    report.fail(error instanceof Error ? error.message : String(error));
  }
  report.print();
  if (keep) {
    printCurlLines(server.url);
    await new Promise((resolve) => process.once("SIGINT", resolve));
  }
  await server.close();
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = report.ok ? 0 : 1;
}

await main();
