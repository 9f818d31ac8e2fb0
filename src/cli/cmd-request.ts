// `varve request`: one call of a REST API, signed for AWS where that is asked for; what the manual
// snapshot of an OpenSearch domain needs (`PUT https://domain/_snapshot/name`). Keys come from the
// environment or from the SDK's chain (profile, web identity, container, IMDSv2).

import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { resolve } from "node:path";
import { illegalArgument, VarveError } from "../base/index.ts";
import {
  type CommandContext,
  type CommandOptions,
  type CommandSpec,
  EXIT,
  textArgument,
} from "./command.ts";
import { type SigningKeys, sha256, signRequest } from "./sigv4.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"];
/** `search-name-….ap-northeast-1.es.amazonaws.com` */
const AWS_HOST = /\.([a-z0-9-]+)\.(es|aoss)\.amazonaws\.com(?:\.cn)?$/;
const LINES_PATH = /\/_(?:bulk|msearch)(?:\/template)?$/;

interface RequestOptions {
  readonly data?: string;
  readonly header: readonly string[];
  readonly sigv4?: boolean;
  readonly region?: string;
  readonly service?: string;
}

/** `varve request` */
export const command: CommandSpec = {
  name: "request",
  summary: "call a REST API, with a signature for AWS domains",
  define: (it) =>
    void it
      .argument("<method>", METHODS.join(", "))
      .argument("<url>", "http: or https: URL")
      .option("-d, --data <body>", "the body; @file reads a file, - reads stdin")
      .option("-H, --header <header>", "`Name: value`; may be repeated", collect, [])
      .option("--sigv4", "sign with Signature Version 4")
      .option("--region <region>", "to sign for; by default that of the host or of AWS_REGION")
      .option("--service <service>", "to sign for: es, aoss (default: the host's, else es)"),
  async run(context, args, options) {
    const method = textArgument(args, 0).toUpperCase();
    if (!METHODS.includes(method)) {
      throw illegalArgument(`[${method}] is none of ${METHODS.join(", ")}`);
    }
    const response = await send(context, method, parseUrl(textArgument(args, 1)), options);
    await print(context, response);
    const { statusCode = 0, statusMessage = "" } = response;
    const isFine = statusCode >= 200 && statusCode < 300;
    if (!isFine) context.output.note(`${statusCode} ${statusMessage}`.trimEnd());
    return isFine ? EXIT.ok : EXIT.findings;
  },
};

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

function parseUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    const isHttp = url.protocol === "http:" || url.protocol === "https:";
    if (isHttp && url.username === "" && url.password === "") return url;
    if (isHttp) throw illegalArgument("Keys do not belong into a URL; use --header or --sigv4");
  }
  throw illegalArgument(`[${text}] is not an http: or https: URL`);
}

async function send(
  context: CommandContext,
  method: string,
  url: URL,
  given: CommandOptions,
): Promise<IncomingMessage> {
  const options = given as unknown as RequestOptions;
  const body = await bodyOf(context, options.data);
  const headers = headersOf(options.header, url, body !== undefined);
  const signed =
    options.sigv4 === true ? await sign(context, method, url, headers, body, options) : headers;
  const length = body === undefined ? {} : { "content-length": body.length };
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { signal } = context;
  // Not fetch: OpenSearch takes a body with GET, which fetch refuses to send.
  return new Promise((done, failed) => {
    request(url, { method, headers: { ...signed, ...length }, signal }, done)
      .on("error", (cause) => {
        if (signal.aborted) return failed(signal.reason);
        const message = `${method} ${url.origin}${url.pathname} failed: ${textOf(cause)}`;
        failed(new VarveError("unavailable", message, { type: "i_o_exception" }));
      })
      .end(body);
  });
}

/** Of several addresses that were tried, each has its own error. */
function textOf(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one as Error).message).join(", ");
}

async function bodyOf(
  context: CommandContext,
  data: string | undefined,
): Promise<Uint8Array | undefined> {
  if (data === undefined) return undefined;
  if (data === "-") {
    const parts: Uint8Array[] = [];
    for await (const part of context.terminal.stdin) parts.push(part);
    return Buffer.concat(parts);
  }
  if (!data.startsWith("@")) return new TextEncoder().encode(data);
  const path = resolve(context.terminal.folder, data.slice(1));
  try {
    return readFileSync(path);
  } catch (cause) {
    throw illegalArgument(`The body [${path}] cannot be read`, cause);
  }
}

function headersOf(given: readonly string[], url: URL, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  if (hasBody) {
    const lines = LINES_PATH.test(url.pathname);
    headers["content-type"] = lines ? "application/x-ndjson" : "application/json";
  }
  for (const header of given) {
    const colon = header.indexOf(":");
    if (colon <= 0) throw illegalArgument(`--header takes Name: value, not [${header}]`);
    headers[header.slice(0, colon).trim().toLowerCase()] = header.slice(colon + 1).trim();
  }
  return headers;
}

async function sign(
  context: CommandContext,
  method: string,
  url: URL,
  headers: Record<string, string>,
  body: Uint8Array | undefined,
  options: RequestOptions,
): Promise<Record<string, string>> {
  const { environment } = context.terminal;
  const host = AWS_HOST.exec(url.hostname);
  const region =
    options.region ?? host?.[1] ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  if (region === undefined) {
    throw illegalArgument("A signature is for a region: give --region, or set AWS_REGION");
  }
  const bytes = body ?? new Uint8Array(0);
  return signRequest(
    { method, url, headers: { ...headers, "x-amz-content-sha256": sha256(bytes) }, body: bytes },
    await keysOf(environment),
    { region, service: options.service ?? host?.[2] ?? "es", timeMs: context.clock.now() },
  );
}

async function keysOf(environment: NodeJS.ProcessEnv): Promise<SigningKeys> {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken: environment["AWS_SESSION_TOKEN"] };
  }
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  try {
    return await fromNodeProviderChain()();
  } catch (cause) {
    const message = `There are no AWS credentials: ${(cause as Error).message}`;
    throw new VarveError("unavailable", message, { type: "security_exception" });
  }
}

async function print({ output }: CommandContext, response: IncomingMessage): Promise<void> {
  let last = 0x0a;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    await output.write(part);
    last = part.at(-1) ?? last;
  }
  if (output.isTerminal && last !== 0x0a) await output.line("");
}
