// Documents of a snapshot as files: `planExport`, then `runExport`, whose pieces are written in
// order.

export * from "./export-plan.ts";
export * from "./field-names.ts";
export type { RenderedChunk } from "./render-chunk.ts";
export { csvHeader, type RenderOptions, valueAt } from "./render-documents.ts";
export * from "./run-export.ts";
