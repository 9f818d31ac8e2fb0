export * from "./analyze.ts";
export * from "./index-analyzers.ts";
