// What is in a Lucene index: segments and commits, their readers, and the writer.

export { BufferedDictionary, type RamCounter } from "./buffered-dictionary.ts";
export * from "./directory-reader.ts";
export * from "./field-info.ts";
export * from "./index-writer.ts";
export * from "./index-writer-config.ts";
export * from "./indexable-field.ts";
export * from "./leaf-reader.ts";
export { OrdinalMap } from "./merge-ordinals.ts";
export * from "./merge-policy.ts";
export * from "./merge-segments.ts";
export * from "./nrt-directory-reader.ts";
export * from "./nrt-leaf-reader.ts";
export { OrdTermsEnum } from "./ord-terms-enum.ts";
export { segmentDirectory } from "./segment-directory.ts";
export * from "./segment-info.ts";
export * from "./segment-infos.ts";
export * from "./segment-reader.ts";
