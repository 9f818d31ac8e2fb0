// The AWS SDK, loaded when it is first needed.

/** The SDK's S3. */
export function loadS3(): Promise<typeof import("@aws-sdk/client-s3")> {
  quiet();
  return import("@aws-sdk/client-s3");
}

/** The SDK's ways to credentials. */
export function loadCredentialProviders(): Promise<typeof import("@aws-sdk/credential-providers")> {
  quiet();
  return import("@aws-sdk/credential-providers");
}

/** Varve runs on Node 20 by choice; the SDK would say at each start that it will not for ever. */
function quiet(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}
