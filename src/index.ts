// The library: every layer by name.

export * as base from "./base/index.ts";
export * as blobstore from "./blobstore/index.ts";
export * as engine from "./engine/index.ts";
export * as repository from "./repository/index.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server/index.ts";
export * as xcontent from "./xcontent/index.ts";
