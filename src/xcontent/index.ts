// How a tree is written: SMILE, JSON, CBOR, YAML. `decodeX` and `encodeX` per type; tree.ts says
// what a tree is made of; media-type.ts chooses by name or by the first bytes.

export * from "./cbor.ts";
export * from "./exact-json.ts";
export * from "./json-decoder.ts";
export * from "./json-encoder.ts";
export * from "./media-type.ts";
export { decodeSmile, isSmile } from "./smile-decoder.ts";
export { encodeSmile } from "./smile-encoder.ts";
export * from "./tree.ts";
export * from "./utf8.ts";
export * from "./yaml.ts";
