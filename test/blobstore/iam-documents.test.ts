// The documents as a whole, as AWS takes them: of the walk through a manual snapshot, and of what
// it leaves out (a second domain, a folder, a restore only).

import { describe, expect, test } from "vitest";
import { iamDocuments } from "../../src/blobstore/index.ts";

const ROLE = "arn:aws:iam::123456789012:role/SnapshotRole";
const FIRST = "arn:aws:es:ap-northeast-1:123456789012:domain/first";
const SECOND = "arn:aws:es:us-east-1:210987654321:domain/second";

const TRUST = {
  Sid: "",
  Effect: "Allow",
  Principal: { Service: "es.amazonaws.com" },
  Action: "sts:AssumeRole",
};

describe("iamDocuments", () => {
  test("answers the documents of one domain", () => {
    const documents = iamDocuments({ role: ROLE, bucket: "s3-bucket-name", domains: [FIRST] });
    expect(documents.callerPolicy).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "iam:PassRole", Resource: ROLE },
        { Effect: "Allow", Action: "es:ESHttpPut", Resource: `${FIRST}/*` },
      ],
    });
    expect(documents.rolePolicy).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Action: ["s3:ListBucket"],
          Effect: "Allow",
          Resource: ["arn:aws:s3:::s3-bucket-name"],
        },
        {
          Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          Effect: "Allow",
          Resource: ["arn:aws:s3:::s3-bucket-name/*"],
        },
      ],
    });
    expect(documents.trustPolicy).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          ...TRUST,
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": FIRST },
          },
        },
      ],
    });
    expect(documents.registration).toEqual({
      type: "s3",
      settings: { bucket: "s3-bucket-name", region: "ap-northeast-1", role_arn: ROLE },
    });
  });

  test("trusts the service without a condition when no domain is named", () => {
    const documents = iamDocuments({ role: ROLE, bucket: "bucket" });
    expect(documents.trustPolicy).toEqual({ Version: "2012-10-17", Statement: [TRUST] });
    expect(documents.callerPolicy.Statement[1]).toEqual({
      Effect: "Allow",
      Action: "es:ESHttpPut",
      Resource: "arn:aws:es:*:123456789012:domain/*",
    });
  });

  test("adds a second domain, of another account, to the same role", () => {
    const documents = iamDocuments({ role: ROLE, bucket: "bucket", domains: [FIRST, SECOND] });
    expect(documents.callerPolicy.Statement).toEqual([
      { Effect: "Allow", Action: "iam:PassRole", Resource: ROLE },
      { Effect: "Allow", Action: "es:ESHttpPut", Resource: [`${FIRST}/*`, `${SECOND}/*`] },
    ]);
    expect(documents.trustPolicy.Statement).toEqual([
      {
        ...TRUST,
        Condition: {
          StringEquals: { "aws:SourceAccount": ["123456789012", "210987654321"] },
          ArnLike: { "aws:SourceArn": [FIRST, SECOND] },
        },
      },
    ]);
    const alone = iamDocuments({ role: ROLE, bucket: "bucket", domains: [FIRST] });
    expect(documents.rolePolicy).toEqual(alone.rolePolicy);
  });

  test("keeps the role in the repository's folder", () => {
    const { rolePolicy, registration } = iamDocuments({
      role: ROLE,
      bucket: "bucket",
      basePath: "/backups/eu/",
    });
    expect(rolePolicy.Statement).toEqual([
      {
        Action: ["s3:ListBucket"],
        Effect: "Allow",
        Resource: ["arn:aws:s3:::bucket"],
        Condition: { StringLike: { "s3:prefix": ["backups/eu/*"] } },
      },
      {
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Effect: "Allow",
        Resource: ["arn:aws:s3:::bucket/backups/eu/*"],
      },
    ]);
    expect(registration.settings).toEqual({
      bucket: "bucket",
      base_path: "backups/eu",
      role_arn: ROLE,
    });
  });

  test("names only what a restore needs when it is readonly", () => {
    const documents = iamDocuments({
      role: ROLE,
      bucket: "bucket",
      readonly: true,
      multipart: true,
      kmsKey: "arn:aws:kms:eu-west-1:123456789012:key/0f",
    });
    expect(documents.rolePolicy.Statement).toEqual([
      { Action: ["s3:ListBucket"], Effect: "Allow", Resource: ["arn:aws:s3:::bucket"] },
      { Action: ["s3:GetObject"], Effect: "Allow", Resource: ["arn:aws:s3:::bucket/*"] },
      {
        Action: ["kms:Decrypt"],
        Effect: "Allow",
        Resource: ["arn:aws:kms:eu-west-1:123456789012:key/0f"],
      },
    ]);
    expect(documents.registration.settings["readonly"]).toBe(true);
  });

  test("names the actions of interrupted uploads and of the key when asked to", () => {
    const { rolePolicy } = iamDocuments({
      role: ROLE,
      bucket: "bucket",
      multipart: true,
      kmsKey: "arn:aws:kms:eu-west-1:123456789012:key/0f",
    });
    expect(rolePolicy.Statement[1]!.Action).toEqual([
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ]);
    expect(rolePolicy.Statement[2]!.Action).toEqual(["kms:Decrypt", "kms:GenerateDataKey"]);
  });

  test("takes account and partition from wherever they are said", () => {
    const china = "arn:aws-cn:es:cn-north-1:123456789012:domain/first/*";
    const documents = iamDocuments({ role: "SnapshotRole", bucket: "bucket", domains: [china] });
    expect(documents.roleArn).toBe("arn:aws-cn:iam::123456789012:role/SnapshotRole");
    expect(documents.rolePolicy.Statement[0]!.Resource).toEqual(["arn:aws-cn:s3:::bucket"]);
    expect(documents.callerPolicy.Statement[1]!.Resource).toBe(china);
    const named = iamDocuments({
      role: "SnapshotRole",
      bucket: "bucket",
      domains: ["first"],
      account: "123456789012",
      region: "ap-northeast-1",
    });
    expect(named.trustPolicy.Statement[0]!.Condition).toEqual({
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": FIRST },
    });
    expect(iamDocuments({ role: "SnapshotRole", bucket: "bucket" }).roleArn).toBe(
      "arn:aws:iam::*:role/SnapshotRole",
    );
  });

  test.each([
    [{ role: "arn:aws:iam::12:role/x", bucket: "bucket" }, "neither the ARN of a role"],
    [{ role: "arn:aws:iam::123456789012:user/x", bucket: "bucket" }, "neither the ARN of a role"],
    [{ role: "a role", bucket: "bucket" }, "nor a role's name"],
    [{ role: ROLE, bucket: "Bucket" }, "is not a bucket's name"],
    [{ role: ROLE, bucket: "a..b" }, "is not a bucket's name"],
    [{ role: ROLE, bucket: "bucket", domains: ["arn:aws:es:x"] }, "neither the ARN of a domain"],
    [{ role: ROLE, bucket: "bucket", account: "12" }, "An account has 12 digits, not [12]"],
    [{ role: ROLE, bucket: "bucket", kmsKey: "key" }, "is not the ARN of a key"],
  ])("rejects %j", (request, message) => {
    expect(() => iamDocuments(request)).toThrow(message);
  });
});
