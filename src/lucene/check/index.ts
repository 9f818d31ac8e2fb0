// Lucene's own invariants, looked at without Lucene: what its CheckIndex looks at.

export * from "./check-index.ts";
