import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { errorsPage } from "../../tools/errors-doc.ts";

it("docs/errors.md is what the error map says", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/errors.md"), "utf8");
  expect(page).toBe(errorsPage());
});
