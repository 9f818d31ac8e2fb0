// Puts that must not replace. `If-None-Match: *` lets the store decide; S3-likes refuse it, or
// ignore it and replace. What a store does is a setting, `conditional_put`:
//
//   true    the store decides
//   false   a HEAD before the put is all there is; capabilities.putIfAbsent is false
//   auto    true for Amazon's own endpoints. Elsewhere the first such put finds out: HEAD, put with
//           the header, the same put again. 412 to the second one proves the store; if it is
//           taken, or the first one is refused and the same put without the header is not, the
//           store cannot, and every later put is as with false.
//
// Putting the same bytes twice harms nobody: where the header is ignored there is no order to keep.

import { VarveError } from "../../base/index.ts";
import { existingBlob } from "../blob-error.ts";
import { isChecksumRefusal } from "./s3-checksum.ts";
import { type S3Failure, s3Failure } from "./s3-error.ts";
import type { S3Requests } from "./s3-requests.ts";
import type { S3Settings } from "./s3-settings.ts";

const RACE_ATTEMPTS_MAX = 4;

/** A put that can be sent again, with the header or without. */
export interface RepeatablePut {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  /** Cheap enough to be sent twice. */
  readonly provable: boolean;
  send(withHeader: boolean): Promise<unknown>;
  /** Is what lies there ours, put by a request whose answer was lost? */
  isOurs(): Promise<boolean>;
}

/** What is known of a store. */
export class ConditionalPuts {
  private readonly requests: S3Requests;
  private state: "unknown" | "yes" | "no";

  constructor(requests: S3Requests) {
    this.requests = requests;
    this.state = firstState(requests.settings);
  }

  /** False once the store has shown that it does not decide. */
  get supported(): boolean {
    return this.state !== "no";
  }

  /** Puts if nothing is there. Error: `conflict`, or what the SDK threw. */
  async put(put: RepeatablePut): Promise<void> {
    if (this.state !== "yes") {
      const found = await this.requests.head(put.name, put.signal);
      if (found !== undefined) throw existingBlob(put.name);
    }
    if (this.state === "no") {
      await put.send(false);
      return;
    }
    const wasUnknown = this.state === "unknown";
    try {
      await this.sendInTurn(put);
    } catch (error) {
      const failure = s3Failure(causeOf(error));
      if (isTaken(failure)) {
        this.state = "yes";
        if (failure.attempts > 1 && (await put.isOurs())) return;
        throw existingBlob(put.name);
      }
      if (!wasUnknown || !isChecksumRefusal(failure)) throw error;
      await put.send(false);
      this.state = "no";
      return;
    }
    if (wasUnknown && put.provable) await this.prove(put);
  }

  /** A store that is busy with another put of this name says so: it is asked again. */
  private async sendInTurn(put: RepeatablePut): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await put.send(true);
        return;
      } catch (error) {
        const { code } = s3Failure(causeOf(error));
        if (code !== "ConditionalRequestConflict" || attempt === RACE_ATTEMPTS_MAX) throw error;
      }
    }
  }

  private async prove(put: RepeatablePut): Promise<void> {
    try {
      await put.send(true);
      this.state = "no";
    } catch (error) {
      if (isTaken(s3Failure(causeOf(error)))) this.state = "yes";
    }
  }
}

function firstState(settings: S3Settings): "unknown" | "yes" | "no" {
  if (settings.conditionalPut !== "auto") return settings.conditionalPut === "true" ? "yes" : "no";
  const { endpoint } = settings.client;
  const isAmazon = endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(hostOf(endpoint));
  return isAmazon ? "yes" : "unknown";
}

function hostOf(endpoint: string): string {
  return new URL(endpoint).hostname;
}

function causeOf(error: unknown): unknown {
  return error instanceof VarveError && error.cause !== undefined ? error.cause : error;
}

function isTaken(failure: S3Failure): boolean {
  if (failure.status === 412) return true;
  return (
    failure.status === 409 && !/^(ConditionalRequestConflict|OperationAborted)$/.test(failure.code)
  );
}
