// Repositories, snapshots, restore, status, recovery. Upstream: Rest*Repository*Action,
// Rest*Snapshot*Action, RestRecoveryAction (3.6.0).

import { VarveError } from "../../base/index.ts";
import {
  exception,
  type Node,
  parseCreateRequest,
  parseRestoreRequest,
  type RepositoryMetadata,
  type RestoreOutcome,
  Settings,
  shownRepositorySettings,
  validationFailed,
} from "../../engine/index.ts";
import type { Repository } from "../../repository/index.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, type RestResponse, type Route } from "../route.ts";
import { listSnapshots, snapshotInfoJson } from "../snapshot-json.ts";
import { finishedStatus, runningStatus, type StatusFilter } from "../snapshot-status.ts";

function repositoryJson(repository: RepositoryMetadata): JsonObject {
  return { type: repository.type, settings: shownRepositorySettings(repository).toNested() };
}

function getRepositories(request: RestRequest, node: Node): RestResponse {
  const found = node.repositories.resolve(request.paramList("repository"));
  return {
    body: Object.fromEntries(
      found.map((repository) => [repository.name, repositoryJson(repository)]),
    ),
  };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function putRepository(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.requireBody();
  const { type, settings } = body;
  if (type === undefined) throw validationFailed("type is missing");
  if (settings !== undefined && !isObject(settings)) {
    throw exception(
      "invalid",
      "illegal_argument_exception",
      "Malformed settings section, should include an inner object",
    );
  }
  const flat = Settings.fromNested((settings ?? {}) as JsonObject);
  const verify = request.paramBoolean("verify", true);
  await node.repositories.put(request.param("repository", ""), String(type), flat, verify, node.id);
  return { body: { acknowledged: true } };
}

async function deleteRepository(request: RestRequest, node: Node): Promise<RestResponse> {
  await node.repositories.delete(request.param("repository", ""));
  return { body: { acknowledged: true } };
}

async function verifyRepository(request: RestRequest, node: Node): Promise<RestResponse> {
  await node.repositories.verify(request.param("repository", ""), node.id);
  return { body: { nodes: { [node.id]: { name: node.name } } } };
}

async function cleanupRepository(request: RestRequest, node: Node): Promise<RestResponse> {
  const removed = await node.snapshots.cleanup(request.param("repository", ""));
  return { body: { results: { deleted_bytes: removed.bytes, deleted_blobs: removed.blobs } } };
}

async function createSnapshot(request: RestRequest, node: Node): Promise<RestResponse> {
  const raw = await request.body();
  const body = Array.isArray(raw) ? {} : (raw ?? {});
  const wait = request.paramBoolean("wait_for_completion", false);
  const { entry, done } = await node.snapshots.create(
    request.param("repository", ""),
    request.param("snapshot", ""),
    parseCreateRequest(body),
  );
  const described = `snapshot [${entry.repository}:${entry.name}]`;
  const run = node.tasks.run("cluster:admin/snapshot/create", described, () => done);
  if (!wait) {
    run.catch(() => {});
    return { body: { accepted: true } };
  }
  return { body: { snapshot: snapshotInfoJson(await run) } };
}

async function getSnapshots(request: RestRequest, node: Node): Promise<RestResponse> {
  const snapshots = await listSnapshots(
    node,
    request.param("repository", ""),
    request.paramList("snapshot"),
    {
      ignoreUnavailable: request.paramBoolean("ignore_unavailable", false),
      verbose: request.paramBoolean("verbose", true),
    },
  );
  return { body: { snapshots } };
}

async function deleteSnapshots(request: RestRequest, node: Node): Promise<RestResponse> {
  const [repository, names] = [request.param("repository", ""), request.paramList("snapshot")];
  await node.tasks.run("cluster:admin/snapshot/delete", `[${repository}][${names.join(",")}]`, () =>
    node.snapshots.delete(repository, names),
  );
  return { body: { acknowledged: true } };
}

async function cloneSnapshot(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.requireBody();
  const [source, target] = [request.param("snapshot", ""), request.param("target_snapshot", "")];
  await node.snapshots.clone(request.param("repository", ""), source, target, body);
  return { body: { acknowledged: true } };
}

function restoreJson(outcome: RestoreOutcome): JsonObject {
  const { totalShards: total, successfulShards: successful } = outcome;
  return {
    snapshot: outcome.snapshot,
    indices: outcome.indices,
    shards: { total, failed: total - successful, successful },
  };
}

async function restoreSnapshot(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = (await request.body()) ?? {};
  const wait = request.paramBoolean("wait_for_completion", false);
  const [repository, snapshot] = [request.param("repository", ""), request.param("snapshot", "")];
  const { done, shards } = await node.restores.restore(
    repository,
    snapshot,
    parseRestoreRequest(body),
  );
  const run = node.tasks.run(
    "cluster:admin/snapshot/restore",
    `snapshot [${repository}:${snapshot}]`,
    () => done,
  );
  // A restore of nothing has come to its end, whether it is waited for or not.
  if (!wait && shards > 0) {
    run.catch(() => {});
    return { body: { accepted: true } };
  }
  return { body: { snapshot: restoreJson(await run) } };
}

async function snapshotStatus(request: RestRequest, node: Node): Promise<RestResponse> {
  const repository = request.param("repository");
  const indices = request.paramList("index");
  const given = request.paramList("snapshot");
  const names = given.length === 1 && given[0] === "_all" ? [] : given;
  const running = node.snapshots.runningIn(repository);
  if (repository === undefined || names.length === 0) {
    return { body: { snapshots: running.map((entry) => runningStatus(entry, indices)) } };
  }
  const opened = node.repositories.get(repository);
  if (indices.length > 0 && names.length > 1) {
    throw validationFailed(
      "index list filter is supported only when a single 'snapshot' is passed, " +
        `but found 'snapshot' param = [[${names.join(", ")}]]`,
    );
  }
  const ignoreUnavailable = request.paramBoolean("ignore_unavailable", false);
  const snapshots: JsonObject[] = [];
  for (const name of new Set(names)) {
    const entry = running.find((one) => one.name === name);
    if (entry !== undefined) snapshots.push(runningStatus(entry, indices));
    else {
      const filter = { indices, ignoreUnavailable };
      const status = await statusOf(opened, name, filter);
      if (status !== undefined) snapshots.push(status);
    }
  }
  return { body: { snapshots } };
}

async function statusOf(
  repository: Repository,
  name: string,
  filter: StatusFilter,
): Promise<JsonObject | undefined> {
  try {
    const { uuid } = await repository.findSnapshot(name);
    return await finishedStatus(repository, { name, uuid }, filter);
  } catch (error) {
    const isMissing = error instanceof VarveError && error.type === "snapshot_missing_exception";
    if (isMissing && filter.ignoreUnavailable) return undefined;
    throw error;
  }
}

/** Paths that look like a snapshot's name, but are POST calls. */
function wrongMethod(request: RestRequest): RestResponse {
  const error =
    `Incorrect HTTP method for uri [${request.path}] and method [${request.method}], ` +
    "allowed: [POST]";
  return { status: 405, body: { error, status: 405 } };
}

const PARAMS = CLUSTER_PARAMS;
const GET_PARAMS = [...PARAMS, "ignore_unavailable", "verbose"] as const;
const WAIT_PARAMS = [...PARAMS, "wait_for_completion"] as const;
const REPOSITORY = "/_snapshot/:repository";
const SNAPSHOT = `${REPOSITORY}/:snapshot`;

/** Snapshot routes. */
export const snapshotRoutes: readonly Route[] = [
  { methods: ["GET"], path: "/_snapshot", params: PARAMS, handle: getRepositories },
  { methods: ["GET"], path: REPOSITORY, params: PARAMS, handle: getRepositories },
  {
    methods: ["PUT", "POST"],
    path: REPOSITORY,
    params: [...PARAMS, "verify"],
    handle: putRepository,
  },
  { methods: ["DELETE"], path: REPOSITORY, params: PARAMS, handle: deleteRepository },
  { methods: ["POST"], path: `${REPOSITORY}/_verify`, params: PARAMS, handle: verifyRepository },
  { methods: ["POST"], path: `${REPOSITORY}/_cleanup`, params: PARAMS, handle: cleanupRepository },
  ...["_verify", "_cleanup"].map(
    (name): Route => ({
      methods: ["GET", "PUT", "DELETE"],
      path: `${REPOSITORY}/${name}`,
      params: PARAMS,
      handle: wrongMethod,
    }),
  ),
  { methods: ["GET"], path: "/_snapshot/_status", params: GET_PARAMS, handle: snapshotStatus },
  { methods: ["GET"], path: `${REPOSITORY}/_status`, params: GET_PARAMS, handle: snapshotStatus },
  { methods: ["GET"], path: `${SNAPSHOT}/_status`, params: GET_PARAMS, handle: snapshotStatus },
  {
    methods: ["GET"],
    path: `${SNAPSHOT}/:index/_status`,
    params: GET_PARAMS,
    handle: snapshotStatus,
  },
  { methods: ["PUT", "POST"], path: SNAPSHOT, params: WAIT_PARAMS, handle: createSnapshot },
  { methods: ["GET"], path: SNAPSHOT, params: GET_PARAMS, handle: getSnapshots },
  { methods: ["DELETE"], path: SNAPSHOT, params: PARAMS, handle: deleteSnapshots },
  {
    methods: ["PUT"],
    path: `${SNAPSHOT}/_clone/:target_snapshot`,
    params: PARAMS,
    handle: cloneSnapshot,
  },
  { methods: ["POST"], path: `${SNAPSHOT}/_restore`, params: WAIT_PARAMS, handle: restoreSnapshot },
];
