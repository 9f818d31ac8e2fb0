// How a blob gets into a bucket of Google Cloud Storage.
//
//   up to 5 MiB   one multipart/related request: metadata with the MD5, then the bytes. The service
//                 checks the MD5 and makes the object at once.
//   above         a resumable session: POST opens it, PUTs of 8 MiB (a multiple of 256 KiB) with
//                 Content-Range fill it, the last one makes the object. A session that is not
//                 finished leaves nothing behind; it is ended with DELETE all the same.
//
// The condition ifGenerationMatch=0 is said when a session is opened and holds when it ends.
// Memory: one part of 8 MiB. Upstream: GoogleCloudStorageBlobStore.writeBlobResumable, with the
// same threshold.

import { createHash } from "node:crypto";
import type { BlobContent } from "../blob-store.ts";
import { cutContent, wholeContent } from "../content-parts.ts";
import { type StoreAction, storeRefused, storeUnavailable } from "../store-failure.ts";
import { parseJson } from "./gcs-credentials.ts";
import { type GcsFailure, gcsBroken, gcsFailure } from "./gcs-error.ts";
import { type HttpAnswer, type HttpRequest, readText } from "./gcs-transport.ts";

const SIMPLE_BYTES_MAX = 5 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
/** No line of it can be in the metadata, which is JSON on one line; bytes are not searched. */
const BOUNDARY = "varve-part-of-upload";
const JSON_TYPE = "application/json; charset=utf-8";

/** Sends one request to the store. */
export type SendToGcs = (request: HttpRequest) => Promise<HttpAnswer>;

/** What is to be stored. */
export interface GcsUpload {
  action: StoreAction;
  name: string;
  content: BlobContent;
  ifAbsent: boolean;
  signal: AbortSignal | undefined;
}

/** Stores a blob; answers what the service said if it did not. */
export async function uploadToGcs(
  send: SendToGcs,
  url: string,
  upload: GcsUpload,
): Promise<GcsFailure | undefined> {
  return upload.content.length <= SIMPLE_BYTES_MAX
    ? simpleUpload(send, url, upload)
    : resumableUpload(send, url, upload);
}

function query(upload: GcsUpload, uploadType: string): string {
  const parameters = new URLSearchParams({ uploadType, fields: "generation,md5Hash,size" });
  if (uploadType === "resumable") parameters.set("name", upload.name);
  if (upload.ifAbsent) parameters.set("ifGenerationMatch", "0");
  return parameters.toString();
}

async function simpleUpload(
  send: SendToGcs,
  url: string,
  upload: GcsUpload,
): Promise<GcsFailure | undefined> {
  const { name, content, signal } = upload;
  const bytes = await wholeContent(name, content, signal);
  const metadata = {
    name,
    contentType: "application/octet-stream",
    md5Hash: createHash("md5").update(bytes).digest("base64"),
  };
  const head =
    `--${BOUNDARY}\r\ncontent-type: ${JSON_TYPE}\r\n\r\n${JSON.stringify(metadata)}\r\n` +
    `--${BOUNDARY}\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const answer = await send({
    method: "POST",
    url: `${url}?${query(upload, "multipart")}`,
    headers: { "content-type": `multipart/related; boundary=${BOUNDARY}` },
    body: [Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)],
    signal,
  });
  return outcome(upload, answer);
}

async function outcome(upload: GcsUpload, answer: HttpAnswer): Promise<GcsFailure | undefined> {
  try {
    if (answer.status !== 200 && answer.status !== 201) return await gcsFailure(answer);
    await readText(answer);
    return undefined;
  } catch (error) {
    throw gcsBroken(upload.action, error, upload.signal);
  }
}

async function resumableUpload(
  send: SendToGcs,
  url: string,
  upload: GcsUpload,
): Promise<GcsFailure | undefined> {
  const { content, signal } = upload;
  const opened = await send({
    method: "POST",
    url: `${url}?${query(upload, "resumable")}`,
    headers: {
      "content-type": JSON_TYPE,
      "x-upload-content-type": "application/octet-stream",
      "x-upload-content-length": content.length,
    },
    body: Buffer.from(JSON.stringify({ name: upload.name })),
    signal,
  });
  const failed = await outcome(upload, opened);
  if (failed !== undefined) return failed;
  const session = sessionUrl(upload, opened.headers.location, url);
  try {
    return await fillSession(send, session, upload);
  } catch (error) {
    // The caller's signal may be why; the session is ended without it, and nobody waits for that.
    void send({ method: "DELETE", url: session })
      .then((answer) => answer.discard())
      .catch(() => {});
    throw error;
  }
}

/**
 * The session's address. The token goes there, so it is Google's only if the endpoint is; anybody
 * else's Location (of a server behind a gateway) is taken as a path of the endpoint.
 */
function sessionUrl(upload: GcsUpload, location: string | undefined, url: string): string {
  if (location === undefined) {
    throw storeRefused(upload.action, { message: "the answer names no upload" });
  }
  const own = new URL(url);
  const session = new URL(location, own);
  if (session.origin === own.origin || (isGoogle(own) && isGoogle(session))) return session.href;
  return `${own.origin}${session.pathname}${session.search}`;
}

function isGoogle(url: URL): boolean {
  return url.protocol === "https:" && url.hostname.endsWith(".googleapis.com");
}

async function fillSession(
  send: SendToGcs,
  session: string,
  upload: GcsUpload,
): Promise<GcsFailure | undefined> {
  const { action, name, content, signal } = upload;
  const md5 = createHash("md5");
  let sent = 0;
  for await (const part of cutContent(name, content, PART_BYTES, signal)) {
    md5.update(part);
    const end = sent + part.length;
    const answer = await send({
      method: "PUT",
      url: session,
      headers: { "content-range": `bytes ${sent}-${end - 1}/${content.length}` },
      body: part,
      signal,
    });
    if (answer.status !== 308) {
      if (answer.status === 404 || answer.status === 410) {
        answer.discard();
        throw storeUnavailable(action, { status: answer.status, message: "the upload expired" });
      }
      return await finished(upload, answer, end, md5.digest("base64"));
    }
    await drained(upload, answer);
    // The service may keep less than it was sent; what it keeps is said in Range.
    if (answer.headers.range !== `bytes=0-${end - 1}`) {
      throw storeUnavailable(action, { status: 308, message: `only ${answer.headers.range} kept` });
    }
    sent = end;
  }
  throw storeUnavailable(action, { message: "the upload did not end with its last part" });
}

/** Reads what is left, so that the connection can be used again. */
async function drained(upload: GcsUpload, answer: HttpAnswer): Promise<void> {
  try {
    await readText(answer);
  } catch (error) {
    throw gcsBroken(upload.action, error, upload.signal);
  }
}

async function finished(
  upload: GcsUpload,
  answer: HttpAnswer,
  sent: number,
  md5: string,
): Promise<GcsFailure | undefined> {
  if (answer.status !== 200 && answer.status !== 201) return outcome(upload, answer);
  let json: Record<string, unknown>;
  try {
    json = parseJson(await readText(answer));
  } catch (error) {
    throw gcsBroken(upload.action, error, upload.signal);
  }
  const length = json["size"] === undefined ? sent : Number(json["size"]);
  const kept = json["md5Hash"] ?? md5;
  if (length === upload.content.length && sent === length && kept === md5) return undefined;
  throw storeUnavailable(upload.action, {
    message: `the store has ${length} bytes with MD5 ${kept}, sent were ${sent} with MD5 ${md5}`,
  });
}
