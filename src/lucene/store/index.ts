export * from "./big-endian.ts";
export * from "./checksum-file.ts";
export * from "./codec-util.ts";
export * from "./directory.ts";
export * from "./index-input.ts";
export * from "./index-output.ts";
export * from "./page-miss.ts";
