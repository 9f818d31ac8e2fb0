// `varve iam`: the documents for people, and for scripts.

import { describe, expect, test } from "vitest";
import { iamDocuments } from "../../src/blobstore/index.ts";
import { runVarve } from "../support/cli.ts";

const ROLE = "arn:aws:iam::123456789012:role/SnapshotRole";
const DOMAIN = "arn:aws:es:eu-west-1:123456789012:domain/search";
const ASK = ["iam", "--role", ROLE, "--bucket", "backups", "--domain", DOMAIN];

describe("varve iam", () => {
  test("prints every document as JSON with --json", async () => {
    const outcome = await runVarve([...ASK, "--json"]);
    const documents = iamDocuments({ role: ROLE, bucket: "backups", domains: [DOMAIN] });
    expect(outcome.code).toBe(0);
    expect(outcome.json()).toEqual({
      role_arn: ROLE,
      caller_policy: documents.callerPolicy,
      role_policy: documents.rolePolicy,
      trust_policy: documents.trustPolicy,
      registration: documents.registration,
    });
  });

  test("prints each document under a title for people", async () => {
    const outcome = await runVarve(ASK);
    const documents = outcome.stdout
      .split(/^\d\. .*\n/m)
      .slice(1)
      .map((text) => JSON.parse(text));
    const expected = iamDocuments({ role: ROLE, bucket: "backups", domains: [DOMAIN] });
    expect(documents).toEqual([
      expected.rolePolicy,
      expected.trustPolicy,
      expected.callerPolicy,
      expected.registration,
    ]);
  });

  test("notes an unknown account and a trust of any domain", async () => {
    const outcome = await runVarve(["iam", "--role", "SnapshotRole", "--bucket", "backups"]);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("* stands for it");
    expect(outcome.stderr).toContain("Any domain may take the role");
  });

  test("rejects a call without a bucket, and a bucket that cannot be, with code 2", async () => {
    expect((await runVarve(["iam", "--role", ROLE])).code).toBe(2);
    expect((await runVarve(["iam", "--role", ROLE, "--bucket", "NO"])).code).toBe(2);
  });
});
