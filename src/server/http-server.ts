// HTTP in front of the routes: matching, unknown paths and methods, unknown parameters, content
// types, filter_path, errors. Upstream: RestController, BaseRestHandler, AbstractRestChannel
// (3.6.0).

import type { Readable } from "node:stream";
import { createGunzip, createInflate, type Gunzip, type Inflate } from "node:zlib";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { illegalArgument, VarveError } from "../base/index.ts";
import { type Node, nearestNames } from "../engine/index.ts";
import {
  encodeXContent,
  MEDIA_TYPES,
  type XContentType,
  type XContentValue,
  xContentTypeOf,
} from "../xcontent/index.ts";
import { errorEnvelope, statusOf } from "./error-map.ts";
import { filterPath } from "./filter-path.ts";
import { contentTypeNotSupported, RestRequest } from "./rest-request.ts";
import { COMMON_PARAMS, type RestResponse, type Route } from "./route.ts";

/** What the server serves. */
export interface HttpServerOptions {
  readonly node: Node;
  readonly routes: readonly Route[];
  /** `http.max_content_length`. */
  readonly maxBodyBytes: number;
}

/** Headers of a request that may ask for a certain body type. */
const ACCEPT_ALL = "*/*";
const TEXT_TYPE = "text/plain; charset=UTF-8";

/** The server, not yet listening; `inject` works on it. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: Number.MAX_SAFE_INTEGER,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: {
      maxParamLength: 16384,
      ignoreTrailingSlash: true,
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  const table = options.routes.flatMap((route) =>
    route.methods.map((method) => ({ route, method, matcher: pathMatcher(route.path) })),
  );
  for (const route of options.routes) {
    for (const method of route.methods) {
      server.route({
        method,
        url: route.path,
        exposeHeadRoute: false,
        handler: (request, reply) =>
          shadowed(table, route, pathOf(request))
            ? notFound(table, request, reply)
            : handle(options, route, request, reply),
      });
    }
  }
  server.setNotFoundHandler((request, reply) => notFound(table, request, reply));
  server.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  return server;
}

function pathMatcher(path: string): RegExp {
  return new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+")}/?$`);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0]!;
}

/** A route's method and path, and what matches it. */
interface RouteEntry {
  readonly method: string;
  readonly matcher: RegExp;
  readonly route: Route;
}

/** Names that start with an underscore are of the API: a wildcard route does not take them. */
function shadowed(table: readonly RouteEntry[], route: Route, path: string): boolean {
  if (!route.path.startsWith("/:") || !path.startsWith("/_")) return false;
  return table.some((entry) => !entry.route.path.startsWith("/:") && entry.matcher.test(path));
}

function notFound(
  table: readonly RouteEntry[],
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const path = pathOf(request);
  const allowed = [
    ...new Set(
      table
        .filter((entry) => entry.matcher.test(path) && !shadowed(table, entry.route, path))
        .map((entry) => entry.method),
    ),
  ];
  const uri = `uri [${request.url}] and method [${request.method}]`;
  if (allowed.length > 0 && request.method === "OPTIONS") {
    reply.header("allow", allowed.join(",")).code(200).type(TEXT_TYPE).send("");
    return;
  }
  if (allowed.length > 0) {
    const error = `Incorrect HTTP method for ${uri}, allowed: [${allowed.sort().join(", ")}]`;
    reply.header("allow", allowed.join(","));
    reply
      .code(405)
      .type(MEDIA_TYPES.json)
      .send(JSON.stringify({ error, status: 405 }));
    return;
  }
  const error = `no handler found for ${uri}`;
  reply.code(400).type(MEDIA_TYPES.json).send(JSON.stringify({ error }));
}

/** The body as it was before `Content-Encoding`. A damaged one is the request's fault. */
function bodyStream(request: FastifyRequest): AsyncIterable<Uint8Array> {
  const raw = (request.body as Readable | undefined) ?? request.raw;
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return raw;
  if (encoding !== "gzip" && encoding !== "x-gzip" && encoding !== "deflate") {
    throw illegalArgument(`Content-Encoding [${encoding}] is not supported`);
  }
  return inflated(raw, encoding === "deflate" ? createInflate() : createGunzip());
}

async function* inflated(raw: Readable, decoder: Gunzip | Inflate): AsyncGenerator<Uint8Array> {
  raw.on("error", (error) => decoder.destroy(error));
  raw.pipe(decoder);
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array;
  } catch (cause) {
    throw illegalArgument("The request body is not what its Content-Encoding says", cause);
  }
}

async function handle(
  options: HttpServerOptions,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const query = request.query as Record<string, string>;
  try {
    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > options.maxBodyBytes) {
      reply.header("connection", "close").code(413).send();
      return;
    }
    const rest = new RestRequest({
      method: request.method,
      path: pathOf(request),
      pathParams: request.params as Record<string, string>,
      query: lastValues(query),
      headers: request.headers,
      stream: bodyStream(request),
      maxBodyBytes: options.maxBodyBytes,
    });
    checkContentType(rest);
    checkParams(route, rest);
    for (const name of ["pretty", "human", "error_trace"]) rest.paramBoolean(name, false);
    const response = await route.handle(rest, options.node);
    send(request, reply, response, query);
  } catch (error) {
    sendError(request, reply, error);
  }
}

/** A body must say what it is. */
function checkContentType(request: RestRequest): void {
  if (request.contentLength() === 0 || request.headers["content-type"] !== undefined) return;
  throw contentTypeNotSupported("");
}

/** A parameter that comes twice counts once, with its last value. */
function lastValues(query: Record<string, string | string[]>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    values[name] = Array.isArray(value) ? value.at(-1)! : value;
  }
  return values;
}

function checkParams(route: Route, request: RestRequest): void {
  const pathNames = [...route.path.matchAll(/:([^/]+)/g)].map((match) => match[1]!);
  const known = new Set([...route.params, ...COMMON_PARAMS, ...pathNames]);
  const unknown = request
    .queryNames()
    .filter((name) => !known.has(name))
    .sort();
  if (unknown.length > 0) {
    const parts = unknown.map((name) => {
      const near = nearestNames(name, known, 0.5);
      if (near.length === 0) return `[${name}]`;
      return `[${name}] -> did you mean ${near.length === 1 ? `[${near[0]}]` : `any of [${near.join(", ")}]`}?`;
    });
    throw new VarveError(
      "invalid",
      `request [${request.path}] contains unrecognized parameter${unknown.length > 1 ? "s" : ""}: ${parts.join(", ")}`,
      { type: "illegal_argument_exception" },
    );
  }
  if (request.has("master_timeout") && request.has("cluster_manager_timeout")) {
    throw new VarveError(
      "invalid",
      "Please only use one of the request parameters [master_timeout, cluster_manager_timeout].",
      { type: "parse_exception" },
    );
  }
}

function isTrue(value: string | undefined): boolean {
  return value === "" || value === "true";
}

/** By `format`, else by Accept, else JSON. */
function responseType(request: FastifyRequest, query: Record<string, string>): XContentType {
  if (query["format"] !== undefined) return xContentTypeOf(query["format"]) ?? "json";
  const accept = request.headers.accept;
  if (accept === undefined || accept.includes(ACCEPT_ALL)) {
    return xContentTypeOf(request.headers["content-type"] ?? "") ?? "json";
  }
  return xContentTypeOf(accept.split(/[;,]/)[0]!.trim().toLowerCase()) ?? "json";
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  response: RestResponse,
  query: Record<string, string>,
): void {
  reply.code(response.status ?? 200);
  for (const [name, value] of Object.entries(response.headers ?? {})) reply.header(name, value);
  if (request.method === "HEAD") {
    reply.type(typeof response.body === "string" ? TEXT_TYPE : MEDIA_TYPES.json).send();
    return;
  }
  if (response.body === undefined) {
    reply.send();
    return;
  }
  if (typeof response.body === "string" || response.body instanceof Uint8Array) {
    reply.type(response.contentType ?? TEXT_TYPE).send(response.body);
    return;
  }
  const filter = query["filter_path"];
  const body = filter === undefined ? response.body : filterPath(response.body, filter);
  const type = responseType(request, query);
  const indent = isTrue(query["pretty"]) ? 2 : 0;
  if (type === "json" && indent === 0) {
    reply.type(MEDIA_TYPES.json).send(Buffer.from(encodeXContent(body as XContentValue, "json")));
    return;
  }
  const bytes = encodeXContent(body as XContentValue, type, indent);
  const end = indent > 0 && type === "json" ? Buffer.from("\n") : Buffer.alloc(0);
  reply.type(MEDIA_TYPES[type]).send(Buffer.concat([bytes, end]));
}

function invalidContentType(header: string): VarveError {
  const reason = `invalid Content-Type header [${header}]`;
  const cause = new VarveError("invalid", reason, { type: "illegal_argument_exception" });
  return new VarveError("invalid", `java.lang.IllegalArgumentException: ${reason}`, {
    type: "content_type_header_exception",
    metadata: { status: 400 },
    cause,
  });
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const query = lastValues((request.query ?? {}) as Record<string, string>);
  // Errors are shown whole, as upstream shows them.
  delete query["filter_path"];
  if ((error as { code?: string }).code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    sendError(request, reply, invalidContentType(request.headers["content-type"] ?? ""));
    return;
  }
  if (error instanceof VarveError && error.type === "plain_error") {
    const status = statusOf(error);
    send(request, reply, { status, body: { error: error.message, status } }, query);
    return;
  }
  const body = errorEnvelope(error, isTrue(query["error_trace"]));
  send(request, reply, { status: statusOf(error), body }, query);
}
