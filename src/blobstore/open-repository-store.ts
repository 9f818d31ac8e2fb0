// A provider with the behaviour that all traffic of a repository needs, in this order (a call comes
// in at the top):
//
//   throttle   the repository's rates; a repeated part pays again, as its bytes move again
//   retry      what failed with `unavailable`, and reads from where they broke
//   timeout    a call that moves nothing for so long is given up, then repeated
//   metrics    every try counts
//   provider
//
// Folders of this machine are neither repeated nor bounded: their errors do not pass by waiting.

import { parseTimeValue } from "../base/index.ts";
import type { BlobStore } from "./blob-store.ts";
import { openBlobStore } from "./providers.ts";
import { type StoreAddress, type StoreContext, storeSetting } from "./store-address.ts";
import { joinRemoteStore } from "./wrap/joined.ts";
import { type BlobStoreMetrics, meter } from "./wrap/metrics.ts";
import { retry } from "./wrap/retry.ts";
import { type ThrottleRates, throttle } from "./wrap/throttle.ts";
import { timeout } from "./wrap/timeout.ts";

const LOCAL_TYPES: ReadonlySet<string> = new Set(["fs", "memory"]);
/** As `s3.client.*.max_retries` and `azure.client.*.max_retries` without being set. */
const RETRIES_DEFAULT = 3;
/** As `s3.client.*.request_timeout` without being set: how long a try of one request may take. */
const TIMEOUT_MS_DEFAULT = 5 * 60_000;

/**
 * Opens a store with its wrappers, joined with its remote store if the address names one. Error:
 * illegal_argument_exception of a setting.
 */
export function openRepositoryStore(
  address: StoreAddress,
  context: StoreContext,
  rates: ThrottleRates = {},
  metrics?: BlobStoreMetrics,
): BlobStore {
  const { remoteStore } = address;
  const store = openWrapped(address, context, rates, metrics);
  if (remoteStore === undefined) return store;
  return joinRemoteStore(store, openWrapped(remoteStore, context, rates, metrics));
}

function openWrapped(
  address: StoreAddress,
  context: StoreContext,
  rates: ThrottleRates,
  metrics: BlobStoreMetrics | undefined,
): BlobStore {
  const provider = meter(openBlobStore(address, context), context.clock, metrics).store;
  if (LOCAL_TYPES.has(address.type)) return throttle(provider, rates);
  const attemptsMax = 1 + retriesMax(address);
  const bounded = timeout(provider, context.clock, attemptsMax * timeoutMs(address));
  return throttle(retry(bounded, { ...context, attemptsMax }), rates);
}

function timeoutMs(address: StoreAddress): number {
  const text = storeSetting(address, "request_timeout");
  const ms = text === undefined ? -1 : parseTimeValue(text, "request_timeout");
  return ms > 0 ? ms : TIMEOUT_MS_DEFAULT;
}

function retriesMax(address: StoreAddress): number {
  const retries = Number(storeSetting(address, "max_retries") ?? RETRIES_DEFAULT);
  return Number.isInteger(retries) && retries >= 0 ? retries : RETRIES_DEFAULT;
}
