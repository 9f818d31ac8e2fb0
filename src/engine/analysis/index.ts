export * from "./index-analyzers.ts";
