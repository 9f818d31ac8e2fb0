// Repositories, snapshots, restore, status, recovery. Upstream: Rest*Repository*Action,
// Rest*Snapshot*Action, RestRecoveryAction (3.6.0).

import { VarveError } from "../../base/index.ts";
import {
  exception,
  matchesAny,
  type Node,
  parseCreateRequest,
  parseRestoreRequest,
  type RepositoryMetadata,
  type RestoreOutcome,
  Settings,
  validationFailed,
} from "../../engine/index.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, type RestResponse, type Route } from "../route.ts";
import { listSnapshots, snapshotInfoJson } from "../snapshot-json.ts";
import { finishedStatus, runningStatus } from "../snapshot-status.ts";

const SECRET_SETTINGS = /secret_key|access_key|session_token|password|account_key|sas_token/;

function repositoryJson(repository: RepositoryMetadata): JsonObject {
  const settings = repository.settings.filter((key) => !SECRET_SETTINGS.test(key));
  return { type: repository.type, settings: settings.toNested() };
}

function getRepositories(request: RestRequest, node: Node): RestResponse {
  const found = node.repositories.resolve(request.paramList("repository"));
  return {
    body: Object.fromEntries(
      found.map((repository) => [repository.name, repositoryJson(repository)]),
    ),
  };
}

async function putRepository(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.requireBody();
  const { type, settings } = body;
  if (type === undefined) throw validationFailed("type is missing");
  if (settings !== undefined && (typeof settings !== "object" || settings === null)) {
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
  const { entry, done } = await node.snapshots.create(
    request.param("repository", ""),
    request.param("snapshot", ""),
    parseCreateRequest(body),
  );
  const described = `snapshot [${entry.repository}:${entry.name}]`;
  const run = node.tasks.run("cluster:admin/snapshot/create", described, () => done);
  if (!request.paramBoolean("wait_for_completion", false)) {
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
  const [repository, snapshot] = [request.param("repository", ""), request.param("snapshot", "")];
  const { done } = await node.restores.restore(repository, snapshot, parseRestoreRequest(body));
  const run = node.tasks.run(
    "cluster:admin/snapshot/restore",
    `snapshot [${repository}:${snapshot}]`,
    () => done,
  );
  if (!request.paramBoolean("wait_for_completion", false)) {
    run.catch(() => {});
    return { body: { accepted: true } };
  }
  return { body: { snapshot: restoreJson(await run) } };
}

async function snapshotStatus(request: RestRequest, node: Node): Promise<RestResponse> {
  const repository = request.param("repository");
  const names = request.paramList("snapshot");
  const indices = request.paramList("index");
  if (repository !== undefined) node.repositories.get(repository);
  const running = node.snapshots.runningIn(repository);
  if (repository === undefined || names.length === 0 || names.includes("_current")) {
    return { body: { snapshots: running.map((entry) => runningStatus(entry, indices)) } };
  }
  if (indices.length > 0 && names.length > 1) {
    throw exception(
      "invalid",
      "action_request_validation_exception",
      "Validation Failed: 1: index list filter is supported only when a single 'snapshot' is passed, " +
        `but found 'snapshot' param = [[${names.join(", ")}]];`,
    );
  }
  const snapshots: JsonObject[] = [];
  for (const name of names) {
    const entry = running.find((one) => one.name === name);
    if (entry !== undefined) snapshots.push(runningStatus(entry, indices));
    else snapshots.push(...(await statusOf(request, node, repository, name, indices)));
  }
  return { body: { snapshots } };
}

async function statusOf(
  request: RestRequest,
  node: Node,
  repository: string,
  name: string,
  indices: readonly string[],
): Promise<JsonObject[]> {
  try {
    const opened = node.repositories.get(repository);
    if (name.includes("*") || name === "_all") {
      const data = await opened.getRepositoryData();
      const matching = [...data.snapshots.values()].filter(
        (one) => name === "_all" || matchesAny([name], one.name),
      );
      return await Promise.all(
        matching.map((one) => finishedStatus(opened, { name: one.name, uuid: one.uuid }, indices)),
      );
    }
    const found = await opened.findSnapshot(name);
    return [await finishedStatus(opened, { name: found.name, uuid: found.uuid }, indices)];
  } catch (error) {
    const isMissing = error instanceof VarveError && error.type === "snapshot_missing_exception";
    if (isMissing && request.paramBoolean("ignore_unavailable", false)) return [];
    throw error;
  }
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
