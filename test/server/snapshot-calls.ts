// Calls of the snapshot API in their order, good and bad; ROOT stands for the folder that
// repositories may lie in. A real server's answers are recorded beside it by
// tools/record-snapshot-answers.ts, and snapshots.test.ts asks Varve the same.

/** Method, path, body. */
export type Call = readonly [method: string, path: string, body?: unknown];

const many = { metadata: { text: "x".repeat(1100) } };
const fs = (location: string, more: Record<string, unknown> = {}) => ({
  type: "fs",
  settings: { location, ...more },
});
const R = "/_snapshot/vsn-r";

const repositories: readonly Call[] = [
  ["GET", "/_snapshot/vsn-none"],
  ["GET", "/_snapshot/vsn-none*"],
  ["PUT", R],
  ["PUT", R, {}],
  ["PUT", R, []],
  ["PUT", R, '{"type":'],
  ["PUT", R, { type: "nope" }],
  ["PUT", R, { type: "source", settings: { delegate_type: "fs" } }],
  ["PUT", R, { type: "fs" }],
  ["PUT", R, { type: "fs", settings: {} }],
  ["PUT", R, { type: "fs", settings: "x" }],
  ["PUT", R, { type: "fs", settings: [] }],
  ["PUT", R, { type: 5, settings: {} }],
  ["PUT", R, fs("/etc/vsn")],
  ["PUT", R, fs("ROOT/vsn-r/../../etc")],
  ["PUT", R, fs("ROOT/vsn-r", { compress: "xx" })],
  ["PUT", R, fs("ROOT/vsn-r", { readonly: "xx" })],
  ["PUT", R, fs("ROOT/vsn-r", { chunk_size: "2b" })],
  ["PUT", R, fs("ROOT/vsn-r", { chunk_size: "zz" })],
  ["PUT", R, fs("ROOT/vsn-r", { chunk_size: -1 })],
  ["PUT", R, fs("ROOT/vsn-r", { max_snapshot_bytes_per_sec: "zz" })],
  ["PUT", R, fs("ROOT/vsn-r", { max_restore_bytes_per_sec: "5 parsecs" })],
  ["PUT", R, fs("ROOT/vsn-r", { system_repository: true })],
  ["PUT", `${R}?verify=xx`, fs("ROOT/vsn-r")],
  ["PUT", `${R}?nope=1`, fs("ROOT/vsn-r")],
  ["PUT", `${R}?verfy=true`, fs("ROOT/vsn-r")],
  ["PUT", "/_snapshot/vsn%23r", fs("ROOT/vsn-r")],
  ["PUT", "/_snapshot/vsn%20r", fs("ROOT/vsn-r")],
  ["PUT", "/_snapshot/vsn,r", fs("ROOT/vsn-r")],
  ["PUT", "/_snapshot/vsn*", fs("ROOT/vsn-r")],
  ["PUT", "/_snapshot/vsn-u", { type: "url" }],
  ["PUT", "/_snapshot/vsn-u", { type: "url", settings: { url: "not a url" } }],
  ["PUT", "/_snapshot/vsn-u", { type: "url", settings: { url: "file:///etc/vsn" } }],
  ["DELETE", "/_snapshot/vsn-u"],
  ["DELETE", "/_snapshot/vsn-r"],
  ["DELETE", "/_snapshot/vsn-none"],
  ["DELETE", "/_snapshot/vsn-none*"],
  ["POST", "/_snapshot/vsn-none/_verify"],
  ["POST", "/_snapshot/vsn-none/_cleanup"],
  ["GET", "/_snapshot/vsn-none/_status"],
  ["GET", "/_snapshot/vsn-none/_all"],
  ["GET", "/_snapshot/vsn-none/s/_status"],
  ["PUT", "/_snapshot/vsn-none/s"],
  ["DELETE", "/_snapshot/vsn-none/s"],
  ["POST", "/_snapshot/vsn-none/s/_restore"],
  ["PUT", "/_snapshot/vsn-none/s/_clone/t", { indices: "*" }],
  ["PUT", R, { ...fs("ROOT/vsn-r", { shard_path_type: "xx", unknown: "y" }), more: { a: 1 } }],
  ["GET", R],
  ["PUT", R, fs("ROOT/vsn-r", { compress: true, max_snapshot_bytes_per_sec: "0" })],
  ["GET", R],
  ["PUT", "/_snapshot/vsn-Upper", fs("ROOT/vsn-r")],
  ["GET", "/_snapshot/vsn-r,vsn-none"],
  ["GET", "/_snapshot/vsn-r,vsn-none*"],
  ["GET", "/_snapshot/vsn-*?filter_path=*.type"],
  ["DELETE", "/_snapshot/vsn-r,vsn-Upper"],
  ["DELETE", "/_snapshot/vsn-U*"],
  ["POST", `${R}/_verify`],
  ["POST", `${R}/_cleanup`],
  ["GET", `${R}/_verify`],
  ["PATCH", R],
  ["GET", `${R}?cluster_manager_timeout=1m&master_timeout=1m`],
];

const indices: readonly Call[] = [
  ["PUT", "/vsn-a", { settings: { number_of_shards: 1, number_of_replicas: 0 } }],
  ["PUT", "/vsn-b", { settings: { number_of_shards: 2, number_of_replicas: 0 } }],
  ["POST", "/_aliases", { actions: [{ add: { index: "vsn-a", alias: "vsn-al" } }] }],
  ["PUT", "/vsn-a/_doc/1?refresh=true", { text: "one", n: 1 }],
  ["PUT", "/vsn-b/_doc/1?refresh=true", { text: "two", n: 2 }],
  ["POST", "/vsn-*/_flush"],
];

const creation: readonly Call[] = [
  ["PUT", `${R}/Upper`],
  ["PUT", `${R}/_x`],
  ["PUT", `${R}/a%20b`],
  ["PUT", `${R}/a,b`],
  ["PUT", `${R}/a%23b`],
  ["PUT", `${R}/a*b`],
  ["PUT", `${R}/a%22b`],
  ["PUT", `${R}/a%5Cb`],
  ["PUT", `${R}/a%3Fb`],
  ["PUT", `${R}/s1`, many],
  ["PUT", `${R}/s1`, { metadata: "x" }],
  ["PUT", `${R}/s1`, { metadata: [] }],
  ["PUT", `${R}/s1`, { indices: 5 }],
  ["PUT", `${R}/s1`, { indices: { a: 1 } }],
  ["PUT", `${R}/s1`, { indices: "vsn-none" }],
  ["PUT", `${R}/s1`, { indices: ["vsn-a", "vsn-none"] }],
  ["PUT", `${R}/s1`, { indices: "vsn-a", partial: "xx" }],
  ["PUT", `${R}/s1`, { indices: "vsn-a", include_global_state: 5 }],
  ["PUT", `${R}/s1`, { indices: "vsn-a", ignore_unavailable: "xx" }],
  ["PUT", `${R}/s1`, { indices: "vsn-a", expand_wildcards: "xx" }],
  ["PUT", `${R}/s1`, { indices: "vsn-a", settings: "x" }],
  ["PUT", `${R}/s1`, { indices: "vsn-none*", allow_no_indices: false }],
  ["PUT", `${R}/s1`, "{"],
  ["PUT", `${R}/s1?nope=1`, { indices: "vsn-a" }],
  ["PUT", `${R}/s1?wait_for_completion=xx`, { indices: "vsn-a" }],
  [
    "PUT",
    `${R}/s1?wait_for_completion=true`,
    { indices: "vsn-*", include_global_state: false, metadata: { who: "me", n: [1, { a: null }] } },
  ],
  ["PUT", `${R}/s1`, { indices: "vsn-a" }],
  ["PUT", `${R}/s2?wait_for_completion=true`, { indices: ["vsn-*", "-vsn-b"], unknown: 1 }],
  ["PUT", `${R}/s3?wait_for_completion=true`, { indices: "vsn-none*" }],
  [
    "PUT",
    `${R}/s4?wait_for_completion=true`,
    { indices: "vsn-a,vsn-none", ignore_unavailable: true, partial: true },
  ],
  ["POST", `${R}/s5?wait_for_completion=true`, { indices: "vsn-al", include_global_state: false }],
];

const listing: readonly Call[] = [
  ["GET", `${R}/s1`],
  ["GET", `${R}/s1?verbose=false`],
  ["GET", `${R}/_all?verbose=false`],
  ["GET", `${R}/_all`],
  ["GET", `${R}/*?filter_path=snapshots.snapshot`],
  ["GET", `${R}/s1,s3?filter_path=snapshots.snapshot`],
  ["GET", `${R}/s*,-s1?filter_path=snapshots.snapshot`],
  ["GET", `${R}/s3,s1,s3?filter_path=snapshots.snapshot`],
  ["GET", `${R}/none`],
  ["GET", `${R}/none?verbose=false`],
  ["GET", `${R}/s1,none`],
  ["GET", `${R}/s1,none?ignore_unavailable=true&filter_path=snapshots.snapshot`],
  ["GET", `${R}/none*`],
  ["GET", `${R}/_current`],
  ["GET", `${R}/_current?verbose=false`],
  ["GET", `${R}/_current,s1?filter_path=snapshots.snapshot`],
  ["GET", "/_snapshot/*/s1"],
  ["GET", "/_snapshot/vsn-r,vsn-none/s1"],
  ["GET", `${R}/s1?verbose=xx`],
  ["GET", `${R}/s1?size=1`],
  ["GET", `${R}/s1/_status`],
  ["GET", `${R}/s3/_status`],
  ["GET", `${R}/s1,s2/_status?filter_path=snapshots.snapshot`],
  ["GET", `${R}/none/_status`],
  ["GET", `${R}/s1,none/_status`],
  ["GET", `${R}/none/_status?ignore_unavailable=true`],
  ["GET", `${R}/_all/_status`],
  ["GET", `${R}/s*/_status?filter_path=snapshots.snapshot`],
  ["GET", `${R}/_status`],
  ["GET", `${R}/_current/_status`],
  ["GET", `${R}/s1/vsn-a/_status`],
  ["GET", `${R}/s1/vsn-none/_status`],
  ["GET", `${R}/s1/vsn-a,vsn-none/_status`],
  ["GET", `${R}/s1/vsn-none/_status?ignore_unavailable=true`],
  ["GET", `${R}/s1,s2/vsn-a/_status`],
  ["GET", `${R}/s1/vsn-*/_status`],
  ["GET", "/_cat/snapshots/vsn-r?h=id,status,indices,ss,fs,ts,reason&s=id"],
  ["GET", "/_cat/snapshots/vsn-r?format=json&h=id,status&s=id"],
  ["GET", "/_cat/snapshots/vsn-none"],
  ["GET", "/_cat/snapshots?help"],
  ["GET", "/_cat/recovery?help"],
];

const cloning: readonly Call[] = [
  ["PUT", `${R}/s1/_clone/c1`],
  ["PUT", `${R}/s1/_clone/c1`, {}],
  ["PUT", `${R}/s1/_clone/c1`, { indices: [] }],
  ["PUT", `${R}/s1/_clone/c1`, { indices: 5 }],
  ["PUT", `${R}/s1/_clone/c1`, { indices: "vsn-none" }],
  ["PUT", `${R}/s1/_clone/c1`, { indices: ["vsn-a", "vsn-none"] }],
  ["PUT", `${R}/s1/_clone/c1`, { indices: "none*" }],
  ["PUT", `${R}/s1/_clone/s2`, { indices: "*" }],
  ["PUT", `${R}/none/_clone/c1`, { indices: "*" }],
  ["PUT", `${R}/s1/_clone/C1`, { indices: "*" }],
  ["PUT", `${R}/s1/_clone/_c`, { indices: "*" }],
  ["POST", `${R}/s1/_clone/c1`, { indices: "*" }],
  ["PUT", `${R}/s1/_clone/c1?nope=1`, { indices: "*" }],
  ["PUT", `${R}/s1/_clone/c1`, { indices: "vsn-a", nope: 1 }],
];

const cloned: readonly Call[] = [
  ["GET", `${R}/c1`],
  ["GET", `${R}/c1/_status`],
];

const restoring: readonly Call[] = [
  ["POST", `${R}/none/_restore`],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a" }],
  ["POST", `${R}/s1/_restore`, "{"],
  ["POST", `${R}/s1/_restore`, { nope: 1 }],
  ["POST", `${R}/s1/_restore?nope=1`],
  ["POST", `${R}/s1/_restore`, { indices: 5 }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-none" }],
  ["POST", `${R}/s1/_restore`, { indices: ["vsn-none", "vsn-nix"] }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", partial: "xx" }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", include_aliases: "xx" }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", include_global_state: [] }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", rename_pattern: 5 }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", rename_replacement: {} }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", index_settings: "x" }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", ignore_index_settings: {} }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", settings: "x" }],
  ["POST", `${R}/s1/_restore`, { indices: "vsn-a", storage_type: "x" }],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "vsn-.", rename_replacement: "vsn-x" }],
  ["POST", `${R}/s1/_restore`, renamed("X1")],
  ["POST", `${R}/s1/_restore`, renamed("_x")],
  ["POST", `${R}/s1/_restore`, renamed("vsn-al")],
  ["POST", `${R}/s1/_restore`, renamed("vsn x")],
  ["POST", `${R}/s1/_restore`, renamed("")],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "(", rename_replacement: "x" }],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "[a", rename_replacement: "x" }],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "vsn", rename_replacement: "$9" }],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "vsn", rename_replacement: "$" }],
  ["POST", `${R}/s1/_restore`, { rename_pattern: "vsn", rename_replacement: "x".repeat(300) }],
  [
    "POST",
    `${R}/s1/_restore`,
    {
      ...renamed("vsn-al2"),
      rename_alias_pattern: "vsn-al",
      rename_alias_replacement: "vsn-al2",
    },
  ],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.number_of_shards": 3 })],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.uuid": "x" })],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.history.uuid": "x" })],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.version.created": 1 })],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.number_of_replicas": "many" })],
  ["POST", `${R}/s1/_restore`, withoutSettings("index.number_of_replicas")],
  ["POST", `${R}/s1/_restore`, withoutSettings("index.number_of_shards")],
  ["POST", `${R}/s1/_restore`, withoutSettings("index.version.created")],
  ["POST", `${R}/s1/_restore`, withSettings({ "index.nope": 1 })],
  ["POST", `${R}/s1/_restore`, { ...renamed("vsn-r1"), include_aliases: false, partial: true }],
  ["POST", `${R}/s3/_restore?wait_for_completion=true`],
  ["POST", `${R}/s2/_restore`, { indices: "vsn-none*" }],
  ["POST", `${R}/s2/_restore`, { indices: "vsn-none*", allow_no_indices: false }],
  [
    "POST",
    `${R}/s1/_restore?wait_for_completion=true`,
    { indices: "vsn-no", ignore_unavailable: true },
  ],
];

const restored: readonly Call[] = [
  [
    "POST",
    `${R}/s1/_restore?wait_for_completion=true`,
    {
      indices: "vsn-a",
      rename_pattern: "(vsn)-(.)",
      rename_replacement: "$1-r-$2",
      rename_alias_pattern: "(.+)",
      rename_alias_replacement: "$1-r",
      index_settings: { "index.refresh_interval": "7s", number_of_replicas: 0 },
      ignore_index_settings: ["index.max_result_window"],
    },
  ],
  ["GET", "/vsn-r-a/_alias"],
  ["GET", "/vsn-r-a/_doc/1"],
  ["GET", "/vsn-r-a/_settings/index.refresh_interval"],
  ["GET", "/vsn-r-a/_recovery"],
  ["GET", "/vsn-r-a/_recovery?detailed=true"],
  ["GET", "/_cat/recovery/vsn-r-a?h=index,shard,type,stage,repository,snapshot,fp,bp,to,tor,top"],
  ["GET", "/_cat/shards/vsn-r-a?h=index,shard,prirep,state,docs"],
  ["GET", "/_cluster/health/vsn-r-a?level=shards"],
  ["POST", "/vsn-a/_close"],
  ["POST", "/vsn-b/_close"],
  [
    "POST",
    `${R}/s1/_restore`,
    { indices: "vsn-b", rename_pattern: "vsn-b", rename_replacement: "vsn-a" },
  ],
  ["POST", `${R}/s1/_restore?wait_for_completion=true`, { indices: "vsn-a" }],
  ["GET", "/vsn-a/_doc/1"],
  ["GET", "/vsn-a/_alias"],
  ["PUT", `${R}/s6?wait_for_completion=true`, { indices: "vsn-b", include_global_state: false }],
];

const deletion: readonly Call[] = [
  ["DELETE", `${R}/none`],
  ["DELETE", `${R}/s3,none`],
  ["DELETE", `${R}/none*`],
  ["DELETE", `${R}/s3,s4`],
  ["DELETE", `${R}/s5?nope=1`],
  ["DELETE", `${R}/s5*`],
  ["GET", `${R}/_all?filter_path=snapshots.snapshot`],
  ["PUT", "/_snapshot/vsn-ro", fs("ROOT/vsn-r", { readonly: true })],
  ["POST", "/_snapshot/vsn-ro/_verify"],
  ["GET", "/_snapshot/vsn-ro/_all?filter_path=snapshots.snapshot"],
  ["PUT", "/_snapshot/vsn-ro/x"],
  ["PUT", "/_snapshot/vsn-ro/s1/_clone/x", { indices: "*" }],
  ["DELETE", "/_snapshot/vsn-ro/s1"],
  ["DELETE", "/_snapshot/vsn-ro/none"],
  ["POST", "/_snapshot/vsn-ro/_cleanup"],
  ["PUT", "/_snapshot/vsn-u", { type: "url", settings: { url: "file:ROOT/vsn-r/" } }],
  ["GET", "/_snapshot/vsn-u/_all?filter_path=snapshots.snapshot"],
  ["PUT", "/_snapshot/vsn-u/x"],
  ["DELETE", "/_snapshot/vsn-u/s1"],
  ["POST", "/_snapshot/vsn-u/_cleanup"],
  ["DELETE", "/_snapshot/vsn-u"],
  ["DELETE", "/_snapshot/vsn-ro"],
  ["POST", `${R}/_cleanup`],
  ["DELETE", `${R}/*`],
  ["GET", `${R}/_all`],
  ["DELETE", "/vsn-a,vsn-b,vsn-r-a"],
  ["DELETE", R],
];

function renamed(replacement: string): Record<string, unknown> {
  return { indices: "vsn-a", rename_pattern: "vsn-a", rename_replacement: replacement };
}

function withSettings(settings: Record<string, unknown>): Record<string, unknown> {
  return { ...renamed("vsn-q"), index_settings: settings };
}

function withoutSettings(key: string): Record<string, unknown> {
  return { ...renamed("vsn-q"), ignore_index_settings: [key] };
}

/** Everything, in order. A null is a pause: what runs must come to its end. */
export const CALLS: readonly (Call | null)[] = [
  ...repositories,
  ...indices,
  ...creation,
  ...listing,
  ...cloning,
  null,
  ...cloned,
  ...restoring,
  null,
  ["DELETE", "/vsn-r1,vsn-q,vsn-no?ignore_unavailable=true"],
  ...restored,
  ...deletion,
];

/** An answer as it is compared. */
export interface Answer {
  readonly call: string;
  readonly status: number;
  readonly body: unknown;
}

const UUID = /(?<![A-Za-z0-9_-])(?=[^ ]*[A-Z0-9])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/g;
const VARIES =
  /(_in_millis|_time|^version|^version_id|_in_bytes|^deleted_blobs|^file_count|^uuid|^index_uuid|^node_id|_version|^cluster_name|^transport_address|^ip|^host|^name|^reused_in_bytes)$/;

/** Without what differs between runs and machines: ids, times, sizes, paths, versions. */
export function normalized(value: unknown, root: string, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item, root));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name.replace(UUID, "UUID"),
        name === "nodes" ? "NODES" : normalized(item, root, name),
      ]),
    );
  }
  if (VARIES.test(key)) return typeof value === "string" ? "TEXT" : "NUMBER";
  if (typeof value === "string") {
    // The order of allowed methods is that of a hash map; a table's last column may be padded.
    return value
      .replaceAll(root, "ROOT")
      .replace(UUID, "UUID")
      .replace(/ +$/gm, "")
      .replace(/(?<=allowed: \[).*(?=\]$)/, (list) => list.split(", ").sort().join(", "));
  }
  return value;
}

async function ask(url: string, method: string, body: string | undefined) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text };
}

/** Makes every call to a server and answers what it said. */
export async function askAll(url: string, root: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const call of CALLS) {
    if (call === null) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      continue;
    }
    const [method, path, body] = call;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await ask(url + path, method, text?.replaceAll("ROOT", root));
    const shown = `${method} ${path}${text === undefined ? "" : ` ${text}`}`;
    answers.push({
      call: shown,
      status: answer.status,
      body: normalized(answer.body, root),
    });
  }
  return answers;
}
