// Signature Version 4: how a request proves to AWS who sent it.
//
//   canonical request   lines: method; path, each segment encoded once more (but for s3); query,
//                       sorted; headers, sorted; nothing; their names; SHA-256 of the body
//   string to sign      lines: AWS4-HMAC-SHA256; time; day/region/service/aws4_request; SHA-256 of
//                       the canonical request
//   signature           HMAC-SHA-256 of it with a key derived from secret, day, region and service
//
// Tests: the vectors that AWS publishes, and a server that checks.

import { createHash, createHmac } from "node:crypto";

const ALGORITHM = "AWS4-HMAC-SHA256";

/** Keys of a caller. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case names; `host` is added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a signature is good for. */
export interface SigningScope {
  readonly region: string;
  /** `es` of OpenSearch domains, `aoss` of serverless collections. */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
}

/** The request's headers with those of its signature; all of them are signed. */
export function signRequest(
  request: UnsignedRequest,
  keys: SigningKeys,
  scope: SigningScope,
): Record<string, string> {
  const time = new Date(scope.timeMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    "x-amz-date": time,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    canonicalPath(request.url.pathname, scope.service),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  const day = time.slice(0, 8);
  const place = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const text = [ALGORITHM, time, place, sha256(canonical)].join("\n");
  const key = [day, scope.region, scope.service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = hmac(key, text).toString("hex");
  headers["authorization"] =
    `${ALGORITHM} Credential=${keys.accessKeyId}/${place}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return headers;
}

/** Encoded as it is sent, then, but for s3, once more. */
function canonicalPath(path: string, service: string): string {
  return service === "s3" ? path : path.split("/").map(encode).join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}

/** RFC 3986, which leaves fewer characters alone than JavaScript does. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** In hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
