// Who decides when: policies as pure functions.

export * from "./retention.ts";
