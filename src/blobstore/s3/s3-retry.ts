// How often and how slowly the SDK repeats a request: `max_retries` times, with pauses that double
// and are jittered over their whole length (100 ms at first, 500 ms when the store asks for fewer
// requests and `use_throttle_retries` holds; 20 s at most). There is no quota: retries do not stop
// because others have failed. Upstream: S3Service.buildOverrideConfiguration.

import type { Random } from "../../base/index.ts";
import type { S3ClientSettings } from "./s3-client-settings.ts";
import { isPassing, isStaleCredentials, isThrottling, s3Failure } from "./s3-error.ts";

const PAUSE_MS = 100;
const THROTTLED_PAUSE_MS = 500;
const PAUSE_MS_MAX = 20_000;

interface Token {
  getRetryCount(): number;
  getRetryDelay(): number;
}

interface ErrorInfo {
  error?: unknown;
  retryAfterHint?: Date;
}

/** The strategy as the SDK takes it. */
export interface S3RetryStrategy {
  acquireInitialRetryToken(scope: string): Promise<Token>;
  refreshRetryTokenForRetry(token: Token, info: ErrorInfo): Promise<Token>;
  recordSuccess(token: Token): void;
}

/** A strategy from a client's settings. */
export function s3RetryStrategy(
  settings: Pick<S3ClientSettings, "retriesMax" | "throttleRetries">,
  random: Random,
): S3RetryStrategy {
  const token = (count: number, delayMs: number): Token => ({
    getRetryCount: () => count,
    getRetryDelay: () => delayMs,
  });
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (before, info) => {
      const retries = before.getRetryCount();
      if (retries >= settings.retriesMax || !isRetried(info.error)) {
        throw new Error("No further retry");
      }
      return token(retries + 1, pauseMs(info.error, retries));
    },
    recordSuccess: () => {},
  };

  function pauseMs(error: unknown, retries: number): number {
    const throttling = isThrottling(s3Failure(error));
    if (throttling && !settings.throttleRetries) return 0;
    const first = throttling ? THROTTLED_PAUSE_MS : PAUSE_MS;
    return Math.ceil(Math.min(PAUSE_MS_MAX, first * 2 ** retries) * random.next());
  }
}

/** Credentials that ended and lost races are the store's matter: the same request fails again. */
function isRetried(error: unknown): boolean {
  const corrected = (error as { $metadata?: { clockSkewCorrected?: boolean } }).$metadata;
  if (corrected?.clockSkewCorrected === true) return true;
  const failure = s3Failure(error);
  if (isStaleCredentials(failure) || failure.code === "ConditionalRequestConflict") return false;
  return isPassing(failure);
}
