import { describe, expect, it } from "vitest";
import { SERVER_VERSIONS } from "../support/judge.ts";
import { realServer, skipInterop } from "../support/real-server.ts";

describe.skipIf(skipInterop() !== "")("real servers", () => {
  for (const version of SERVER_VERSIONS) {
    it(`OpenSearch ${version} answers with its version`, async () => {
      const answer = await realServer(version).call("GET", "/");
      expect(answer.body.version.number).toBe(version);
    });
  }
});
