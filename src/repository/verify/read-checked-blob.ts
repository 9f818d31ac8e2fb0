// Reads metadata blobs for a verification: what is wrong with a blob is an answer, not an error.

import { VarveError } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { type BlobCodec, decodeChecksummedBlob } from "../format/checksummed-blob.ts";
import type { RepositoryContext } from "../repository-context.ts";

/** Why a blob could not be used. */
export interface BlobProblem {
  readonly state: "missing" | "corrupt" | "unreadable";
  readonly message: string;
}

/** What was counted while reading. */
export interface ReadCounts {
  blobs: number;
  bytes: number;
}

/** Counts for those who do not look at them. */
export function uncounted(): ReadCounts {
  return { blobs: 0, bytes: 0 };
}

/** A decoded blob, or what is wrong with it. */
export type CheckedBlob<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: BlobProblem };

/** The text of an error and of the causes that say more. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? reasonOf(error.cause) : "";
  return cause === "" || error.message.includes(cause)
    ? error.message
    : `${error.message}: ${cause}`;
}

/** What an error of a store or a decoder says of a blob. Rethrows our own bugs. */
export function problemOf(error: unknown): BlobProblem {
  if (!(error instanceof VarveError) || error.kind === "internal") throw error;
  const message = reasonOf(error);
  if (error.kind === "missing") return { state: "missing", message };
  const damaged = ["corrupt", "limit", "too-old", "too-new", "invalid"].includes(error.kind);
  return { state: damaged ? "corrupt" : "unreadable", message };
}

/** Gets and decodes a blob by `decode`. */
export async function readBlob<T>(
  context: RepositoryContext,
  name: string,
  counts: ReadCounts,
  decode: (bytes: Uint8Array) => T,
  signal?: AbortSignal,
): Promise<CheckedBlob<T>> {
  try {
    const bytes = await context.store.get(name, signal);
    counts.blobs++;
    counts.bytes += bytes.length;
    return { value: decode(bytes) };
  } catch (error) {
    signal?.throwIfAborted();
    return { problem: problemOf(error) };
  }
}

/** Gets and decodes a checksummed blob. */
export function readChecked<T>(
  context: RepositoryContext,
  codec: BlobCodec,
  name: string,
  counts: ReadCounts,
  convert: (tree: XContentObject) => T,
  signal?: AbortSignal,
): Promise<CheckedBlob<T>> {
  const blob = name.slice(name.lastIndexOf("/") + 1);
  const decode = (bytes: Uint8Array) => convert(decodeChecksummedBlob(codec, blob, bytes));
  return readBlob(context, name, counts, decode, signal);
}
