// `varve iam`: the IAM documents of a repository on S3 for Amazon OpenSearch Service.

import { type IamDocuments, type IamRequest, iamDocuments } from "../blobstore/index.ts";
import { type CommandContext, type CommandSpec, EXIT } from "./command.ts";

interface IamOptions {
  readonly role: string;
  readonly bucket: string;
  readonly domain: readonly string[];
  readonly account?: string;
  readonly region?: string;
  readonly basePath?: string;
  readonly kmsKey?: string;
  readonly readonly?: boolean;
  readonly multipart?: boolean;
}

/** `varve iam` */
export const command: CommandSpec = {
  name: "iam",
  summary: "print the IAM documents that a repository on S3 needs",
  define: (it) =>
    void it
      .requiredOption("--role <arn>", "ARN or name of the role that reaches the bucket")
      .requiredOption("--bucket <name>", "the repository's bucket")
      .option("--domain <arn>", "domain that uses the repository; may be repeated", collect, [])
      .option("--account <digits>", "AWS account, where no ARN says it")
      .option("--region <name>", "region of the bucket")
      .option("--base-path <path>", "the repository's folder; nothing else of the bucket is seen")
      .option("--kms-key <arn>", "key that the bucket is encrypted with")
      .option("--readonly", "only what a restore needs")
      .option("--multipart", "name the actions of interrupted uploads too"),
  async run(context, _args, options) {
    const given = options as unknown as IamOptions;
    const request: IamRequest = { ...given, domains: given.domain };
    const documents = iamDocuments(request);
    if (context.output.json) await context.output.value(asJson(documents));
    else await print(context, documents, request);
    return EXIT.ok;
  },
};

function collect(value: string, list: readonly string[]): string[] {
  return [...list, ...value.split(",")];
}

function asJson(documents: IamDocuments): Record<string, unknown> {
  return {
    role_arn: documents.roleArn,
    caller_policy: documents.callerPolicy,
    role_policy: documents.rolePolicy,
    trust_policy: documents.trustPolicy,
    registration: documents.registration,
  };
}

async function print(
  context: CommandContext,
  documents: IamDocuments,
  request: IamRequest,
): Promise<void> {
  const { output } = context;
  const role = documents.roleArn.slice(documents.roleArn.indexOf(":role/") + 6);
  const parts: readonly (readonly [string, unknown])[] = [
    [`1. Policy of role ${role}: what it may do in the bucket`, documents.rolePolicy],
    [`2. Trust of role ${role}: who may take it`, documents.trustPolicy],
    ["3. Policy of whoever registers the repository", documents.callerPolicy],
    ["4. Body of PUT /_snapshot/<repository>, on each domain", documents.registration],
  ];
  for (const [at, [title, document]] of parts.entries()) {
    await output.line(`${at === 0 ? "" : "\n"}${title}\n${JSON.stringify(document, undefined, 2)}`);
  }
  if (documents.roleArn.includes("::*:")) {
    output.note("\nThe account is not known, so * stands for it: give --account or the role's ARN");
  }
  if ((request.domains ?? []).length === 0) {
    output.note("\nAny domain may take the role: name yours with --domain");
  }
}
