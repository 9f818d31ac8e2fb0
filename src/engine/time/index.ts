export type { DateInstant } from "./date-fields.ts";
export * from "./date-formatter.ts";
export * from "./date-math-parser.ts";
export { civilFromDays, dayOfWeek } from "./date-printer.ts";
export * from "./iso-date.ts";
export * from "./rounding.ts";
export * from "./zone-rules.ts";
