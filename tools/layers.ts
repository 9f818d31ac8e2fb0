// The layers: which folder of src/ may import which, and why. test/tidy.test.ts enforces it.
// Another layer is entered only through its index.ts.

/** Folder → folders that it may import. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  xcontent: ["base"],
  blobstore: ["base"],
  lucene: ["base"],
  repository: ["base", "xcontent", "blobstore", "lucene"],
  engine: ["base", "xcontent", "blobstore", "lucene", "repository"],
  control: ["base", "xcontent"],
  server: ["base", "xcontent", "blobstore", "lucene", "repository", "engine", "control"],
  cli: ["base", "xcontent", "blobstore", "lucene", "repository", "engine", "control", "server"],
};

/** Layers whose code may touch files, sockets or processes (`node:` modules with effects). */
export const PLATFORM_LAYERS: readonly string[] = ["base", "blobstore", "engine", "server", "cli"];

/** `node:` modules without effects: any layer may import them. */
export const PURE_NODE_MODULES: readonly string[] = [
  "node:zlib",
  "node:crypto",
  "node:buffer",
  "node:util",
];
