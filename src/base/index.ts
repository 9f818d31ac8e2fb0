export * from "./clock.ts";
export * from "./crc32.ts";
export * from "./errors.ts";
export * from "./limits.ts";
