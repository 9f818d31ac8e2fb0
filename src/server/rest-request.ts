// One REST request as the routes see it: parameters with types, a body in any content type.
// A parameter that no route reads is refused. Upstream: RestRequest, BaseRestHandler (3.6.0).

import { illegalArgument, VarveError } from "../base/index.ts";
import { parseTimeValue } from "../engine/index.ts";
import { decodeXContent, type XContentType, xContentTypeOf } from "../xcontent/index.ts";

/** A JSON object as the routes see it. */
export type JsonObject = { [key: string]: unknown };

/** What makes a request. */
export interface RestRequestInit {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Path parameters, decoded. */
  readonly pathParams: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it streams in; it can be read once. */
  readonly stream: AsyncIterable<Uint8Array>;
  readonly maxBodyBytes: number;
}

/** A REST request. */
export class RestRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: RestRequestInit["headers"];
  private readonly pathParams: Readonly<Record<string, string>>;
  private readonly query: Readonly<Record<string, string>>;
  private readonly stream: AsyncIterable<Uint8Array>;
  private readonly maxBodyBytes: number;
  private bytes: Buffer | undefined;

  constructor(init: RestRequestInit) {
    this.method = init.method;
    this.path = init.path;
    this.pathParams = init.pathParams;
    this.query = init.query;
    this.headers = init.headers;
    this.stream = init.stream;
    this.maxBodyBytes = init.maxBodyBytes;
  }

  /** Names of the query's parameters. */
  queryNames(): string[] {
    return Object.keys(this.query);
  }

  /** The query's parameters as they came. */
  queryParams(): Readonly<Record<string, string>> {
    return this.query;
  }

  has(name: string): boolean {
    return this.param(name) !== undefined;
  }

  /** A path parameter, or one of the query. */
  param(name: string): string | undefined;
  param(name: string, fallback: string): string;
  param(name: string, fallback?: string): string | undefined {
    return this.pathParams[name] ?? this.query[name] ?? fallback;
  }

  /** A comma list; empty when it is not given. */
  paramList(name: string): string[] {
    const value = this.param(name);
    if (value === undefined || value === "") return [];
    const parts = value.split(",");
    while (parts.at(-1) === "") parts.pop();
    return parts;
  }

  /** An empty value means true, as in `?pretty`. */
  paramBoolean(name: string, fallback: boolean): boolean {
    const value = this.param(name);
    if (value === undefined) return fallback;
    if (value === "" || value === "true") return true;
    if (value === "false") return false;
    throw illegalArgument(
      `Failed to parse value [${value}] as only [true] or [false] are allowed.`,
    );
  }

  paramInt(name: string, fallback: number): number {
    const value = this.param(name);
    if (value === undefined) return fallback;
    if (!/^-?\d+$/.test(value)) {
      throw illegalArgument(
        `Failed to parse int parameter [${name}] with value [${value}]`,
        numberFormat(value),
      );
    }
    return Number(value);
  }

  /** The same for a long. */
  paramLong(name: string, fallback: number): number {
    const value = this.param(name);
    if (value === undefined) return fallback;
    if (!/^-?\d+$/.test(value)) {
      throw illegalArgument(
        `Failed to parse long parameter [${name}] with value [${value}]`,
        numberFormat(value),
      );
    }
    return Number(value);
  }

  /** Milliseconds. */
  paramTime(name: string, fallbackMs: number): number {
    const value = this.param(name);
    return value === undefined ? fallbackMs : parseTimeValue(value, name);
  }

  /** The raw chunks, for bodies that are worked on while they arrive; counts against the limit. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.bytes !== undefined) {
      yield this.bytes;
      return;
    }
    let total = 0;
    for await (const chunk of this.stream) {
      total += chunk.length;
      if (total > this.maxBodyBytes) throw bodyTooLarge(this.maxBodyBytes);
      yield chunk;
    }
  }

  /** The whole body. */
  async rawBody(): Promise<Buffer> {
    if (this.bytes === undefined) {
      const parts: Uint8Array[] = [];
      for await (const chunk of this.chunks()) parts.push(chunk);
      this.bytes = parts.length === 1 ? Buffer.from(parts[0]!) : Buffer.concat(parts);
    }
    return this.bytes;
  }

  /** Body or the `source` parameter, undefined when there is neither. */
  async body(): Promise<JsonObject | undefined> {
    const source = this.query["source"];
    const bytes = await this.rawBody();
    if (bytes.length === 0) {
      if (source === undefined) return undefined;
      const type = this.query["source_content_type"];
      if (type === undefined) {
        throw new VarveError("invalid", "source and source_content_type parameters are required", {
          type: "illegal_state_exception",
        });
      }
      const known = xContentTypeOf(type);
      if (known === undefined) throw illegalArgument(`invalid Content-Type header [${type}]`);
      return decodeXContent(Buffer.from(source), known) as unknown as JsonObject;
    }
    const tree = decodeXContent(bytes, this.contentType());
    return tree as unknown as JsonObject;
  }

  /**
   * The body as a map, as the calls that take one whole read it: anything else than an object is
   * refused, and a syntax error is the cause of a `parse_exception`.
   */
  async bodyMap(): Promise<JsonObject | undefined> {
    const bytes = await this.rawBody();
    const type = bytes.length === 0 ? "json" : (this.contentType() ?? "json");
    const first = bytes.toString("latin1", 0, 64).trimStart()[0];
    if (bytes.length > 0 && type === "json" && first !== "{") {
      const reason = "Compressor detection can only be called on some xcontent bytes or compressed";
      throw new VarveError("invalid", `${reason} xcontent bytes`, {
        type: "not_x_content_exception",
      });
    }
    try {
      return await this.body();
    } catch (cause) {
      const isSyntax = cause instanceof VarveError && /^json_/.test(cause.type ?? "");
      if (!isSyntax) throw cause;
      throw new VarveError("invalid", "Failed to parse content to map", {
        type: "parse_exception",
        cause,
      });
    }
  }

  /** The body; its absence is an error. */
  async requireBody(): Promise<JsonObject> {
    const body = await this.body();
    if (body === undefined) throw bodyRequired();
    return body;
  }

  /** The text of a JSON body that was read, for places in errors. */
  jsonText(): string | undefined {
    const isJson = this.bytes !== undefined && (this.contentType() ?? "json") === "json";
    return isJson && this.bytes!.length > 0 ? this.bytes!.toString("utf8") : undefined;
  }

  /** Bytes of the body as declared; undefined when they are sent in chunks. */
  contentLength(): number | undefined {
    const header = this.headers["content-length"];
    if (header !== undefined) return Number(header);
    return this.headers["transfer-encoding"] === undefined ? 0 : undefined;
  }

  /** The body's type by its Content-Type header; an unknown one is refused with 406. */
  contentType(): XContentType | undefined {
    const header = this.headers["content-type"];
    const text = Array.isArray(header) ? header[0] : header;
    if (text === undefined || text === "") return undefined;
    const type = xContentTypeOf(text.split(";")[0]!.trim().toLowerCase());
    if (type !== undefined) return type;
    if (/ndjson|text\/plain|x-www-form-urlencoded/.test(text)) {
      if (!/ndjson/.test(text)) throw contentTypeNotSupported(text);
      return "json";
    }
    throw contentTypeNotSupported(text);
  }
}

/** `request body is required`, 400. */
export function bodyRequired(): VarveError {
  return parseFailure("request body is required");
}

/** `parse_exception`, 400. */
export function parseFailure(reason: string): VarveError {
  return new VarveError("invalid", reason, { type: "parse_exception" });
}

function numberFormat(value: string): VarveError {
  return new VarveError("invalid", `For input string: "${value}"`, {
    type: "number_format_exception",
  });
}

/** 406, with the plain error of upstream. */
export function contentTypeNotSupported(header: string): VarveError {
  return new VarveError("invalid", `Content-Type header [${header}] is not supported`, {
    type: "plain_error",
    metadata: { status: 406 },
  });
}

function bodyTooLarge(limit: number): VarveError {
  return new VarveError(
    "limit",
    `request body is larger than http.max_content_length [${limit}b]`,
    {
      type: "content_too_long_exception",
      metadata: { status: 413 },
    },
  );
}
