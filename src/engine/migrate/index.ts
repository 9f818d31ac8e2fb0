// Migrations: a snapshot of an older major version becomes one that a newer version restores.

export type { TargetMajor } from "./migration-target.ts";
export { type MigrationPlan, type PlannedIndex, planMigration } from "./plan-migration.ts";
export {
  type MigratedIndex,
  type MigrationEnds,
  type MigrationOptions,
  runMigration,
} from "./run-migration.ts";
export type { WrittenIndices } from "./written-indices.ts";
