// The probe of a verification: tests-<seed>/master.dat holds the seed, every node reads it and
// writes data-<node>.dat beside it, then the folder goes. A readonly repository is only looked
// at.
// Upstream: BlobStoreRepository.startVerification, verify, endVerification.

import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import type { RepositoryCatalog } from "../catalog/repository-catalog.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";

/** Seed of a readonly repository's verification. */
const READONLY_SEED = "read-only";

function verificationError(
  context: RepositoryContext,
  message: string,
  cause?: unknown,
): VarveError {
  return new VarveError("unavailable", `[${context.name}] ${message}`, {
    type: "repository_verification_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The base path as the server shows it: [a][b]. */
function shownBase(context: RepositoryContext): string {
  if (context.basePath === "") return "";
  return context.basePath
    .split("/")
    .map((segment) => `[${segment}]`)
    .join("");
}

function isReadonly(context: RepositoryContext): boolean {
  return context.readonly || !context.store.capabilities.write;
}

function probe(context: RepositoryContext, seed: string, name = ""): string {
  return rootName(context, `tests-${seed}${name === "" ? "" : `/${name}`}`);
}

/** Writes the probe; answers its seed. */
export async function startVerification(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
): Promise<string> {
  try {
    if (isReadonly(context)) {
      await catalog.latestGeneration();
      return READONLY_SEED;
    }
    const seed = randomBase64Uuid(context.random);
    const name = probe(context, seed, "master.dat");
    await context.store.put(name, Buffer.from(seed), { ifAbsent: true });
    return seed;
  } catch (cause) {
    const message = `path ${shownBase(context)} is not accessible on cluster-manager node`;
    throw verificationError(context, message, cause);
  }
}

/** A node's half: writes its own probe and reads the first one. */
export async function verifyNode(
  context: RepositoryContext,
  seed: string,
  nodeId: string,
): Promise<void> {
  if (seed === READONLY_SEED) return;
  const { store } = context;
  try {
    const name = probe(context, seed, `data-${nodeId}.dat`);
    await store.put(name, Buffer.from(seed), { ifAbsent: true });
  } catch (cause) {
    const where = `store location [${store.description}]`;
    throw verificationError(context, `${where} is not accessible on the node [${nodeId}]`, cause);
  }
  let read: string;
  try {
    read = Buffer.from(await store.get(probe(context, seed, "master.dat"))).toString("utf8");
  } catch (cause) {
    throw verificationError(context, "Failed to verify repository", cause);
  }
  if (read === seed) return;
  const message = `Seed read from master.dat was [${read}] but expected seed [${seed}]`;
  throw verificationError(context, message);
}

/** Removes the probe. */
export async function endVerification(context: RepositoryContext, seed: string): Promise<void> {
  if (seed === READONLY_SEED) return;
  try {
    await context.store.deleteTree(probe(context, seed));
  } catch (cause) {
    const message = `cannot delete test data at ${shownBase(context)}`;
    throw verificationError(context, message, cause);
  }
}
