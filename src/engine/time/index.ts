export * from "./date-formatter.ts";
export * from "./iso-date.ts";
