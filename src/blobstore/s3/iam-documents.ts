// The IAM documents of a snapshot repository on S3 of Amazon OpenSearch Service: who may register
// it, what the role may do in the bucket, and who may take the role. Pure; nothing is asked of AWS.
//
//   DOCUMENT       ATTACHED TO                     ALLOWS
//   callerPolicy   whoever registers the           iam:PassRole of the role, es:ESHttpPut to the
//                  repository                      domains
//   rolePolicy     the role                        s3:ListBucket of the bucket; s3:GetObject,
//                                                  PutObject and DeleteObject of its objects
//   trustPolicy    the role                        es.amazonaws.com to take the role, for the named
//                                                  domains only if there are any
//
// A second cluster on the same repository is one more domain in the caller's policy and in the
// trust; the role's policy stays. Members stand in the order of AWS's own examples. A condition of
// one value is a text, of several an array, which IAM reads as "one of".

import { illegalArgument } from "../../base/index.ts";

const SERVICE = "es.amazonaws.com";
const IAM_VERSION = "2012-10-17";

/** One statement of a policy. */
export interface IamStatement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Principal?: { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** A policy. */
export interface IamDocument {
  readonly Version: typeof IAM_VERSION;
  readonly Statement: readonly IamStatement[];
}

/** What the documents are for. */
export interface IamRequest {
  /** ARN or name (with its path) of the role. */
  readonly role: string;
  readonly bucket: string;
  /** The repository's folder in the bucket; the role sees nothing else of it. */
  readonly basePath?: string | undefined;
  /** ARNs or names of the domains; any domain of the account if there are none. */
  readonly domains?: readonly string[] | undefined;
  /** 12 digits; where the role's and the domains' ARNs do not say it. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** Only what a restore needs. */
  readonly readonly?: boolean | undefined;
  /** Names the actions of interrupted uploads, which S3 allows whoever began them anyway. */
  readonly multipart?: boolean | undefined;
  /** ARN of the key that the bucket is encrypted with (`aws:kms`). */
  readonly kmsKey?: string | undefined;
}

/** The documents, and the call that registers the repository. */
export interface IamDocuments {
  readonly roleArn: string;
  readonly callerPolicy: IamDocument;
  readonly rolePolicy: IamDocument;
  readonly trustPolicy: IamDocument;
  /** Body of `PUT /_snapshot/{repository}`. */
  readonly registration: {
    readonly type: "s3";
    readonly settings: Readonly<Record<string, string | boolean>>;
  };
}

interface Domain {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
}

/** The documents. Error: illegal_argument_exception of what AWS would refuse. */
export function iamDocuments(request: IamRequest): IamDocuments {
  checkBucket(request.bucket);
  const { account } = request;
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw illegalArgument(`An account has 12 digits, not [${account}]`);
  }
  const given = parseRole(request.role);
  const named = request.domains ?? [];
  const owner = account ?? given.account ?? accountOf(named) ?? "*";
  const partition = given.partition ?? partitionOf(named) ?? "aws";
  const domains = named.map((text) => parseDomain(text, partition, request.region ?? "*", owner));
  const roleArn = given.arn ?? `arn:${partition}:iam::${owner}:role/${request.role}`;
  const basePath = (request.basePath ?? "").replace(/^\/+|\/+$/g, "");
  const region = request.region ?? domains.find((domain) => domain.region !== "*")?.region;
  const anyDomain = `arn:${partition}:es:${request.region ?? "*"}:${owner}:domain/*`;
  return {
    roleArn,
    callerPolicy: policy([
      { Effect: "Allow", Action: "iam:PassRole", Resource: roleArn },
      {
        Effect: "Allow",
        Action: "es:ESHttpPut",
        Resource: oneOf(domains.length === 0 ? [anyDomain] : domains.map(({ arn }) => `${arn}/*`)),
      },
    ]),
    rolePolicy: rolePolicy(request, partition, basePath),
    trustPolicy: trustPolicy(domains),
    registration: {
      type: "s3",
      settings: {
        bucket: request.bucket,
        ...(basePath === "" ? {} : { base_path: basePath }),
        ...(region === undefined ? {} : { region }),
        role_arn: roleArn,
        ...(request.readonly === true ? { readonly: true } : {}),
      },
    },
  };
}

function policy(statements: readonly IamStatement[]): IamDocument {
  return { Version: IAM_VERSION, Statement: statements };
}

function oneOf(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0]! : values;
}

function rolePolicy(request: IamRequest, partition: string, basePath: string): IamDocument {
  const bucketArn = `arn:${partition}:s3:::${request.bucket}`;
  const readonly = request.readonly === true;
  const actions = readonly ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
  if (request.multipart === true && !readonly) {
    actions.push("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts");
  }
  const statements: IamStatement[] = [
    {
      Action: ["s3:ListBucket"],
      Effect: "Allow",
      Resource: [bucketArn],
      ...(basePath === "" ? {} : { Condition: { StringLike: { "s3:prefix": [`${basePath}/*`] } } }),
    },
    {
      Action: actions,
      Effect: "Allow",
      Resource: [basePath === "" ? `${bucketArn}/*` : `${bucketArn}/${basePath}/*`],
    },
  ];
  if (request.kmsKey !== undefined) {
    if (!/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/.+$/.test(request.kmsKey)) {
      throw illegalArgument(`[${request.kmsKey}] is not the ARN of a key`);
    }
    const keyActions = readonly ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
    statements.push({ Action: keyActions, Effect: "Allow", Resource: [request.kmsKey] });
  }
  return policy(statements);
}

function trustPolicy(domains: readonly Domain[]): IamDocument {
  const accounts = [...new Set(domains.map(({ account }) => account))];
  const known = accounts.length > 0 && !accounts.includes("*");
  const condition = {
    ...(known ? { StringEquals: { "aws:SourceAccount": oneOf(accounts) } } : {}),
    ...(domains.length === 0
      ? {}
      : { ArnLike: { "aws:SourceArn": oneOf(domains.map(({ arn }) => arn)) } }),
  };
  return policy([
    {
      Sid: "",
      Effect: "Allow",
      Principal: { Service: SERVICE },
      Action: "sts:AssumeRole",
      ...(domains.length === 0 ? {} : { Condition: condition }),
    },
  ]);
}

const ROLE_ARN = /^arn:([\w-]+):iam::(\d{12}):role\/[\w+=,.@/-]+$/;
const DOMAIN_ARN =
  /^arn:([\w-]+):es:([a-z0-9-]+):(\d{12}):domain\/([a-z][a-z0-9-]{2,27})(?:\/\*)?$/;

function parseRole(role: string): { arn?: string; partition?: string; account?: string } {
  const match = ROLE_ARN.exec(role);
  if (match !== null) return { arn: role, partition: match[1]!, account: match[2]! };
  if (/^[\w+=,.@/-]{1,576}$/.test(role) && !role.startsWith("/")) return {};
  throw illegalArgument(
    `[${role}] is neither the ARN of a role (arn:aws:iam::123456789012:role/name) nor a role's name`,
  );
}

function parseDomain(text: string, partition: string, region: string, account: string): Domain {
  const match = DOMAIN_ARN.exec(text);
  if (match !== null) {
    const arn = text.replace(/\/\*$/, "");
    return { arn, region: match[2]!, account: match[3]! };
  }
  if (/^[a-z][a-z0-9-]{2,27}$/.test(text)) {
    return { arn: `arn:${partition}:es:${region}:${account}:domain/${text}`, region, account };
  }
  throw illegalArgument(
    `[${text}] is neither the ARN of a domain (arn:aws:es:region:123456789012:domain/name) nor a ` +
      "domain's name",
  );
}

function accountOf(domains: readonly string[]): string | undefined {
  return domains.map((text) => DOMAIN_ARN.exec(text)?.[3]).find((found) => found !== undefined);
}

function partitionOf(domains: readonly string[]): string | undefined {
  return domains.map((text) => DOMAIN_ARN.exec(text)?.[1]).find((found) => found !== undefined);
}

function checkBucket(bucket: string): void {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..")) return;
  throw illegalArgument(
    `[${bucket}] is not a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens`,
  );
}
