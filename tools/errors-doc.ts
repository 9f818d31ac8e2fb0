// Writes docs/errors.md from the error map: `npx tsx tools/errors-doc.ts`. A test compares the two.

import { writeFileSync } from "node:fs";
import { STATUS_OF_KIND, STATUS_OF_TYPE } from "../src/server/error-map.ts";

const ADVICE: Readonly<Record<keyof typeof STATUS_OF_KIND, string>> = {
  invalid: "fix the request",
  missing: "the thing asked for is not there",
  conflict: "somebody else changed it: read again, then decide",
  corrupt: "repair or replace the data",
  "too-old": "written by a version that is no longer read",
  "too-new": "written by a version that is not yet read",
  unsupported: "refused by name: leave it out",
  limit: "a named bound was reached",
  unavailable: "try again later",
  aborted: "the caller asked to stop",
  internal: "a bug of ours: report it",
};

/** The page. */
export function errorsPage(): string {
  const types = Object.entries(STATUS_OF_TYPE).sort(([a], [b]) => (a < b ? -1 : 1));
  const kinds = Object.entries(STATUS_OF_KIND) as [keyof typeof STATUS_OF_KIND, number][];
  return [
    "# Errors",
    "",
    "The envelope is OpenSearch's: `{error: {root_cause, type, reason, caused_by}, status}`. `type` and `reason` are those",
    "of the real server, because clients match on them. An exception that is not in the table answers 500, as upstream.",
    "",
    "| type | status |",
    "| --- | --- |",
    ...types.map(([type, status]) => `| \`${type}\` | ${status} |`),
    "",
    "An error without a type has a kind, which says what to do:",
    "",
    "| kind | status | what to do |",
    "| --- | --- | --- |",
    ...kinds.map(([kind, status]) => `| ${kind} | ${status} | ${ADVICE[kind]} |`),
    "",
  ].join("\n");
}

if (process.argv[1]?.endsWith("errors-doc.ts")) writeFileSync("docs/errors.md", errorsPage());
