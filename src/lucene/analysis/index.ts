export * from "./char-tokenizer.ts";
export * from "./standard-tokenizer.ts";
export * from "./token-filters.ts";
export * from "./token-stream.ts";
export * from "./tokenizer.ts";
