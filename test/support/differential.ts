// Stories of REST calls, run against any server that speaks OpenSearch's API, and what must be
// equal in the answers: status, content type, headers that clients read, body.
//
// A story file (test/server/stories/*.rest) is written as one would in a console:
//   # name of the story        starts a story; what follows it belongs to it
//   PUT /rc-a?pretty           method and path, sent as they stand
//   > content-type: text/plain a header
//   ~ status                   compares only the status; `~ text` compares the body as text;
//                              `~ omit a.b, *.c` leaves members out of the comparison
//   {"settings": {}}           the body, up to the next line that starts with a method
// Ids, times, sizes and names of nodes differ between any two runs: they are masked.

import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

/** One call of a story. */
export interface StoryStep {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly compare: "status" | "text" | "json";
  readonly omit: readonly string[];
}

/** A named sequence of calls. */
export interface Story {
  readonly name: string;
  readonly steps: readonly StoryStep[];
}

/** What a server answered, masked. */
export interface StoryAnswer {
  readonly status: number;
  readonly type?: string | undefined;
  readonly allow?: string | undefined;
  readonly body?: unknown;
}

const METHOD_LINE = /^(GET|PUT|POST|DELETE|HEAD|PATCH|OPTIONS) (\S+)$/;
const NDJSON = /_bulk|_msearch/;
const WAITS_MS = 60_000;

/** Every story of a folder, file by file. */
export function readStories(folder: string): Story[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".rest"))
    .sort()
    .flatMap((name) => parseStories(readFileSync(join(folder, name), "utf8"), name));
}

function parseStories(text: string, file: string): Story[] {
  const stories: { name: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) {
      stories.push({ name: `${file.replace(".rest", "")}: ${line.slice(2)}`, lines: [] });
    } else stories.at(-1)?.lines.push(line);
  }
  return stories.map(({ name, lines }) => ({ name, steps: parseSteps(lines) }));
}

function parseSteps(lines: readonly string[]): StoryStep[] {
  const groups: string[][] = [];
  for (const line of lines) {
    if (METHOD_LINE.test(line)) groups.push([line]);
    else groups.at(-1)?.push(line);
  }
  return groups.map(parseStep);
}

function parseStep(lines: readonly string[]): StoryStep {
  const [, method, path] = METHOD_LINE.exec(lines[0]!) as unknown as [string, string, string];
  const headers: Record<string, string> = {};
  const body: string[] = [];
  let compare: StoryStep["compare"] = "json";
  let omit: string[] = [];
  for (const line of lines.slice(1)) {
    const header = /^> ([^:]+): ?(.*)$/.exec(line);
    if (header !== null) headers[header[1]!] = header[2]!;
    else if (line === "~ status" || line === "~ text") compare = line.slice(2) as "status" | "text";
    else if (line.startsWith("~ omit ")) omit = line.slice(7).split(/, */);
    else if (line !== "") body.push(line);
  }
  return { method, path, headers, body: bodyText(path, body), compare, omit };
}

/** Lines of NDJSON end with a newline, unless the last one says `\`. */
function bodyText(path: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined;
  const text = lines.join("\n").replace("%LONG%", "x".repeat(513));
  if (text.endsWith("\\")) return text.slice(0, -1);
  return NDJSON.test(path) ? `${text}\n` : text;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function send(url: string, step: StoryStep): Promise<RawAnswer> {
  const target = new URL(url);
  const headers: Record<string, string> = { ...step.headers };
  if (step.body !== undefined && !("content-type" in headers)) {
    headers["content-type"] = NDJSON.test(step.path) ? "application/x-ndjson" : "application/json";
  }
  if (headers["content-type"] === "none") delete headers["content-type"];
  if (step.body !== undefined) headers["content-length"] = String(Buffer.byteLength(step.body));
  const path = step.path.replace("%LONG%", "x".repeat(513));
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: target.hostname,
        port: target.port,
        method: step.method,
        path,
        headers,
        timeout: WAITS_MS,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(parts).toString("utf8"),
          }),
        );
      },
    );
    call.on("error", reject);
    call.end(step.body);
  });
}

const UUID_PATTERN = /(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{22}(?![\w-])/g;
const AUTO_ID_PATTERN = /(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{20}(?![\w-])/g;

function maskText(text: string): string {
  return text
    .replace(UUID_PATTERN, "<uuid>")
    .replace(AUTO_ID_PATTERN, "<auto id>")
    .replace(/(<uuid>):\d+/g, "$1:<task>")
    .replace(/allowed: \[([A-Z, ]+)\]/g, (_, list: string) => {
      return `allowed: [${list.split(", ").sort().join(", ")}]`;
    })
    .replace(/127\.0\.0\.1:\d+/g, "<address>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z/g, "<time>");
}

/** Members whose values belong to one run; what their values are is masked by kind. */
const VOLATILE = new RegExp(
  "^(took|creation_date|created|provided_version|timestamp|start_time|.*_in_millis|.*_in_nanos|" +
    ".*_millis|.*_bytes|.*\\.creation_date|.*\\.version\\.created|stack_trace|scroll_id|_scroll_id|pit_id|creation_time|state_uuid|" +
    "cluster_uuid|number_of_pending_tasks|version_created|build_hash|build_date|cluster_name|size|memory)$",
);

/** Numbers keep the way they were written: 5.0 is not 5. */
function parseExact(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') || /^-?\d+$/.test(token) ? token : `"<${token}>"`,
  );
  return JSON.parse(marked);
}

function maskValue(value: unknown, path: readonly string[], omit: readonly RegExp[]): unknown {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, path, omit));
  if (typeof value !== "object" || value === null) return value;
  const masked: Record<string, unknown> = {};
  // One automatic id in fifty has no digit, and looks like a word anywhere else.
  const isAutoId = (key: string, child: unknown) =>
    key === "_id" && typeof child === "string" && /^(?=.*[A-Z])[\w-]{20}$/.test(child);
  for (const key of Object.keys(value).sort()) {
    const inner = [...path, key];
    if (omit.some((pattern) => pattern.test(inner.join(".")))) continue;
    const child = (value as Record<string, unknown>)[key];
    const isLeaf = typeof child !== "object" || child === null;
    if (isAutoId(key, child)) {
      masked[key] = "<auto id>";
      continue;
    }
    masked[maskText(key)] = VOLATILE.test(key) && isLeaf ? "<*>" : maskValue(child, inner, omit);
  }
  return masked;
}

function omission(pattern: string): RegExp {
  const escaped = pattern.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    `^${escaped.replaceAll("**", "\0").replaceAll("*", "[^.]*").replaceAll("\0", ".*")}$`,
  );
}

function answerOf(step: StoryStep, raw: RawAnswer): StoryAnswer {
  if (step.compare === "status") return { status: raw.status };
  const type = raw.headers["content-type"] as string | undefined;
  const allow = (raw.headers["allow"] as string | undefined)?.split(/, */).sort().join(",");
  const isJson = step.compare === "json" && type?.includes("json") && raw.text !== "";
  const body = isJson
    ? maskValue(parseExact(raw.text), [], step.omit.map(omission))
    : maskText(raw.text);
  return {
    status: raw.status,
    ...(type === undefined ? {} : { type }),
    ...(allow === undefined ? {} : { allow }),
    ...(body === "" ? {} : { body }),
  };
}

const CLEANUP = [
  "DELETE /rc-*?expand_wildcards=all",
  "DELETE /_data_stream/rc-*",
  "DELETE /_index_template/rc-*",
  "DELETE /_component_template/rc-*",
  "DELETE /_template/rc-*",
];

/** Runs one story and takes everything away that it made. */
export async function runStory(url: string, story: Story): Promise<StoryAnswer[]> {
  const answers: StoryAnswer[] = [];
  try {
    for (const step of story.steps) answers.push(answerOf(step, await send(url, step)));
  } finally {
    for (const step of parseSteps(CLEANUP)) await send(url, step);
  }
  return answers;
}
