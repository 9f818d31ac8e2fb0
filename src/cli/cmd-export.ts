// `varve export`: documents of a snapshot as NDJSON, bulk lines, CSV or Parquet.

import { Option } from "commander";
import { illegalArgument, WorkerPool } from "../base/index.ts";
import {
  type ChunkRenderer,
  csvHeader,
  type ExportField,
  type ExportFormat,
  type ExportPlan,
  type ExportSource,
  exportFields,
  localRenderer,
  type MountedIndices,
  openSnapshotIndices,
  planExport,
  runExport,
  threadRenderer,
  uriQuery,
} from "../engine/index.ts";
import { decodeJson, type XContentObject } from "../xcontent/index.ts";
import { wholeNumber } from "./cmd-ls.ts";
import {
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  listArgument,
  type OpenedRepository,
  textArgument,
} from "./command.ts";
import { type ExportOutput, openExportOutput } from "./export-output.ts";
import { indexExpressions } from "./mounted-indices.ts";
import { formatDuration, formatSize } from "./output.ts";

const FORMATS = ["ndjson", "bulk", "csv", "parquet"] as const;
/** Bytes of pages that the main thread keeps. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Threads by default: one renders as fast as this thread writes, and each takes up to 120 MB. */
const THREADS = 1;

/** What was written. */
interface Totals {
  documents: number;
  withoutSource: number;
  bytes: number;
}

/** `varve export` */
export const command: CommandSpec = {
  name: "export",
  summary: "documents of a snapshot as NDJSON, bulk lines, CSV or Parquet",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshot>", "its name")
      .argument("<indices...>", "names and wildcards; -name leaves one out")
      .addOption(
        new Option("--format <format>", "of the output").choices(FORMATS).default("ndjson"),
      )
      .option("-q, --query <query>", "only what this finds, in the query string syntax")
      .option("-d, --data <body>", 'only what this finds: {"query": {…}}')
      .option("-o, --output <file>", "a file, or a URL; stdout without it")
      .option("--fields <list>", "columns of CSV and Parquet; all of the mapping by default")
      .option("--versions", "NDJSON: _version, _seq_no, _primary_term and _type too")
      .option(
        "--threads <number>",
        "that render; by default one, and none for a few documents",
        wholeNumber,
      )
      .option("--overwrite", "replace the file if it is there")
      .addHelpText(
        "after",
        "\nWith -o an export that was stopped goes on where it was (Parquet begins anew).",
      ),
  run: exportDocuments,
};

async function exportDocuments(
  context: CommandContext,
  args: CommandArguments,
  options: CommandOptions,
): Promise<number> {
  const { clock, signal } = context;
  const started = clock.monotonic();
  const query = queryOf(options);
  const opened = await context.openRepository(textArgument(args, 0), { readonly: true });
  const snapshot = textArgument(args, 1);
  const indices = listArgument(args, 2).flatMap(indexExpressions);
  const mounted = await openSnapshotIndices(opened.repository, snapshot, indices, {
    ...context,
    purpose: query === undefined ? "documents" : "search",
    pages: { cacheBytes: CACHE_BYTES },
  });
  const threads = options["threads"] as number | undefined;
  const format = options["format"] as (typeof FORMATS)[number];
  const pool = new WorkerPool({ size: threads ?? THREADS });
  try {
    const plan = await planExport(mounted, query, clock);
    const fields = fieldsOf(mounted, options["fields"]);
    const source: ExportSource = {
      address: opened.address,
      snapshot,
      indices: mounted.indices.map(({ name }) => name),
      format: (format === "parquet" ? "ndjson" : format) as ExportFormat,
      options: {
        fields: fields.map(({ name }) => name),
        withVersions: options["versions"] === true,
      },
    };
    const job = { context, opened, mounted, plan, source, pool, threads, fields, query };
    const totals =
      format === "parquet" ? await toParquet(job, options) : await toLines(job, options);
    await report(context, options, totals, clock.monotonic() - started);
    return totals.withoutSource > 0 ? EXIT.findings : EXIT.ok;
  } finally {
    await pool.close();
    mounted.close();
    signal.throwIfAborted();
  }
}

/** Exports of up to so many documents start no thread. */
const LOCAL_DOCUMENTS_MAX = 400_000;

function rendererOf(job: Job): ChunkRenderer {
  const { context, mounted, plan, source, pool, threads } = job;
  if (threads === undefined && plan.documents <= LOCAL_DOCUMENTS_MAX) {
    return localRenderer(source, mounted);
  }
  return threadRenderer(source, pool, context.signal);
}

interface Job {
  readonly context: CommandContext;
  readonly opened: OpenedRepository;
  readonly mounted: MountedIndices;
  readonly plan: ExportPlan;
  readonly source: ExportSource;
  readonly pool: WorkerPool;
  /** Threads that were asked for. */
  readonly threads: number | undefined;
  readonly fields: readonly ExportField[];
  readonly query: XContentObject | undefined;
}

async function toLines(job: Job, options: CommandOptions): Promise<Totals> {
  const { context, plan, source } = job;
  const { output, signal } = context;
  const [first] = job.mounted.indices;
  const { address: _, ...rest } = source;
  const identity = { ...rest, uuid: first?.snapshot.uuid, query: job.query ?? null };
  const target = options["output"] as string | undefined;
  const out = await openExportOutput(context, target, identity, options["overwrite"] === true);
  const totals: Totals = { documents: 0, withoutSource: 0, bytes: 0 };
  const bar = output.progress("export", plan.documents, "docs");
  try {
    if (out.start.chunk > 0 || out.start.doc > 0) output.note("Going on where it was stopped");
    else if (source.format === "csv") await writeHeader(out, job.fields, totals);
    for await (const piece of runExport(plan, rendererOf(job), out.start)) {
      signal.throwIfAborted();
      await out.write(piece.bytes, piece.after);
      totals.documents += piece.documents;
      totals.withoutSource += piece.withoutSource;
      totals.bytes += piece.bytes.length;
      bar.advance(piece.documents + piece.withoutSource);
    }
  } catch (error) {
    await out.stop();
    throw error;
  }
  bar.stop();
  await out.finish();
  return totals;
}

async function writeHeader(
  out: ExportOutput,
  fields: readonly ExportField[],
  totals: Totals,
): Promise<void> {
  const header = Buffer.from(csvHeader(fields.map(({ name }) => name)));
  await out.write(header, { chunk: 0, doc: 0 });
  totals.bytes += header.length;
}

async function toParquet(job: Job, options: CommandOptions): Promise<Totals> {
  const { context, plan, fields } = job;
  const target = options["output"];
  if (typeof target !== "string" || /^[a-z][a-z0-9+.-]+:/i.test(target)) {
    throw illegalArgument("Parquet is written to a file: give -o FILE");
  }
  const { ParquetExport } = await import("./export-parquet.ts");
  const parquet = new ParquetExport(target, fields);
  const totals: Totals = { documents: 0, withoutSource: 0, bytes: 0 };
  const bar = context.output.progress("export", plan.documents, "docs");
  try {
    for await (const piece of runExport(plan, rendererOf(job))) {
      parquet.add(piece.bytes);
      totals.documents += piece.documents;
      totals.bytes += piece.bytes.length;
      bar.advance(piece.documents);
    }
  } catch (error) {
    parquet.stop();
    throw error;
  }
  parquet.finish();
  bar.stop();
  if (parquet.misfits > 0) {
    context.output.note(
      `${parquet.misfits} values do not fit their column; they are whole in _source`,
    );
  }
  return totals;
}

function queryOf(options: CommandOptions): XContentObject | undefined {
  const [text, body] = [options["query"], options["data"]];
  if (typeof text === "string" && typeof body === "string") {
    throw illegalArgument("Give either -q or -d");
  }
  if (typeof text === "string") return uriQuery({ q: text });
  if (typeof body !== "string") return undefined;
  const tree = decodeJson(Buffer.from(body)) as XContentObject;
  const query = tree["query"];
  if (query === undefined) throw illegalArgument('-d takes {"query": {…}}');
  return query as XContentObject;
}

/** Columns by name: those that are asked for, or every field of the mappings. */
function fieldsOf(mounted: MountedIndices, list: unknown): ExportField[] {
  const known = new Map<string, ExportField>();
  for (const { metadata } of mounted.indices) {
    for (const field of exportFields(metadata.mappings)) known.set(field.name, field);
  }
  if (typeof list !== "string") {
    return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  const names = list.split(",").filter((name) => name !== "");
  return names.map((name) => known.get(name) ?? { name, type: "object" });
}

async function report(
  { output }: CommandContext,
  options: CommandOptions,
  totals: Totals,
  millis: number,
): Promise<void> {
  const { documents, withoutSource, bytes } = totals;
  const toStdout = options["output"] === undefined;
  if (output.json && !toStdout) {
    const seconds = millis / 1000;
    await output.value({ documents, without_source: withoutSource, bytes, seconds });
  } else {
    output.note(`${documents} documents, ${formatSize(bytes)} in ${formatDuration(millis)}`);
  }
  if (withoutSource > 0) {
    output.note(`${withoutSource} documents were left out: their index keeps no _source`);
  }
}
