import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/interop/**", "test/storage/**", "node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: "forks",
        },
      },
      {
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          globalSetup: ["test/support/real-servers.ts"],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          pool: "forks",
          fileParallelism: false,
        },
      },
      {
        // The providers against real storage servers; each file starts its own.
        test: {
          name: "storage",
          include: ["test/storage/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          pool: "forks",
        },
      },
    ],
    maxWorkers: 2,
  },
});
