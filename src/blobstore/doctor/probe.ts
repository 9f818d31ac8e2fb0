// A probe tries one thing that a repository's store must give, and its result says whether it does.

import type { Clock, Random } from "../../base/index.ts";
import type { BlobStoreCapabilities } from "../blob-store.ts";
import type { CheckPlace } from "./store-checks.ts";

/** What a probe works with: a folder of its own, empty. */
export interface ProbePlace extends CheckPlace {
  readonly clock: Clock;
  readonly random: Random;
  /** The repository's own folder. */
  readonly basePath: string;
}

/** What a probe needs a permission for; remedies are looked up by it. */
export type ProbeAction = "list" | "get" | "put" | "delete";

/** One thing to try. */
export interface Probe {
  readonly name: string;
  /** What is tried, for people. */
  readonly title: string;
  /** Permissions that it uses; the first is the one that it tests. */
  readonly actions: readonly ProbeAction[];
  /** Probes that must have succeeded, else this one is skipped. */
  readonly needs: readonly string[];
  /** Why it is not tried on such a store, or undefined. */
  skip?(capabilities: BlobStoreCapabilities): string | undefined;
  /** Answers a remark; rejects with what went wrong. */
  run(place: ProbePlace): Promise<ProbeRemark>;
}

/** What a probe found, when it found nothing wrong. */
export interface ProbeRemark {
  readonly message: string;
  /** Figures by name, the unit last (`put_millis`, `write_bytes_per_second`). */
  readonly figures?: Readonly<Record<string, number>>;
}

/** The result of a probe. */
export interface ProbeResult {
  readonly name: string;
  readonly title: string;
  /** False for what was tried and failed. */
  readonly ok: boolean;
  /** Not tried: the message says why. */
  readonly skipped: boolean;
  readonly millis: number;
  readonly message: string;
  /** What to change: the setting, or the action that the credentials lack. */
  readonly remedy?: string;
  readonly figures?: Readonly<Record<string, number>>;
}
