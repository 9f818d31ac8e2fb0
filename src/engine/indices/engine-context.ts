// What every part of the engine is handed: time, chance, workers, folders.

import type { Clock, Random, WorkerPool } from "../../base/index.ts";
import type { Settings } from "../settings.ts";

/** What the engine is given from outside. */
export interface EngineContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly workers: WorkerPool;
  /** The data folder: `_state/` and `indices/<uuid>/<shard>/`. */
  readonly dataFolder: string;
  /** Node settings from file, environment and command line. */
  readonly nodeSettings: Settings;
}
