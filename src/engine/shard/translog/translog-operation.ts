// One record of a translog generation. Little-endian.
//
//   OFFSET  SIZE  TYPE   FIELD         MEANING
//     0      4    u32    length        bytes of the body
//     4      4    u32    checksum      CRC-32 of the length field and the body
//     8      1    u8     type          1 index, 2 delete, 3 no-op
//     9      8    i64    seq_no
//    17      8    i64    primary_term
//    25      8    i64    version       0 for a no-op
//    33      8    i64    auto_id_time  milliseconds; -1 when the caller chose the id
//    41      4    u32    id length     then the id in UTF-8 (of a no-op: its reason)
//     …      4    u32    routing       0 = none, otherwise bytes + 1, then UTF-8
//     …      4    u32    source        0 = none, otherwise bytes + 1, then the bytes
//
// Why the checksum covers the length: a damaged length would otherwise move the end of the record.
// Invariants: all numbers are safe integers; a body is at least 37 bytes and fully used.
// Upstream: org.opensearch.index.translog.Translog.Operation (the layout is ours: nobody else reads
// a translog, it is not part of a snapshot).

import { crc32, STRING_BYTES_MAX, VarveError } from "../../../base/index.ts";

/** An operation as the translog keeps it. */
export type TranslogOperation = IndexOperation | DeleteOperation | NoOpOperation;

/** A document was indexed. */
export interface IndexOperation {
  readonly type: "index";
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly version: number;
  readonly id: string;
  readonly routing: string | undefined;
  readonly source: Uint8Array;
  /** Milliseconds when the id was generated; -1 when the caller chose it. */
  readonly autoIdTimestamp: number;
}

/** A document was deleted (or found missing: that takes a sequence number too). */
export interface DeleteOperation {
  readonly type: "delete";
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly version: number;
  readonly id: string;
}

/** A sequence number that no document took. */
export interface NoOpOperation {
  readonly type: "no-op";
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly reason: string;
}

/** Bytes before a record's body. */
export const RECORD_HEADER_BYTES = 8;
const BODY_FIXED_BYTES = 33;
const BODY_BYTES_MIN = BODY_FIXED_BYTES + 12;
/** A source is bounded by the HTTP body; id and routing are small beside it. */
export const RECORD_BYTES_MAX = STRING_BYTES_MAX + 1024 * 1024;

const TYPE_INDEX = 1;
const TYPE_DELETE = 2;
const TYPE_NO_OP = 3;
const UTF8_DECODER = new TextDecoder("utf-8");

/** A growing buffer of whole records. */
export class RecordBuffer {
  private bytes: Buffer;
  private view: DataView;
  length = 0;

  constructor(initialBytes = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.view = viewOf(this.bytes);
  }

  /** Appends a record and answers its length in bytes. */
  append(operation: TranslogOperation): number {
    const isIndex = operation.type === "index";
    const name = operation.type === "no-op" ? operation.reason : operation.id;
    const routing = isIndex ? operation.routing : undefined;
    const source = isIndex ? operation.source : undefined;
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const most =
      RECORD_HEADER_BYTES +
      BODY_BYTES_MIN +
      name.length * 3 +
      (routing === undefined ? 0 : routing.length * 3) +
      (source === undefined ? 0 : source.length);
    this.ensure(most);
    const start = this.length;
    const body = start + RECORD_HEADER_BYTES;
    const view = this.view;
    this.bytes[body] = isIndex
      ? TYPE_INDEX
      : operation.type === "delete"
        ? TYPE_DELETE
        : TYPE_NO_OP;
    writeLong(view, body + 1, operation.seqNo);
    writeLong(view, body + 9, operation.primaryTerm);
    writeLong(view, body + 17, operation.type === "no-op" ? 0 : operation.version);
    writeLong(view, body + 25, isIndex ? operation.autoIdTimestamp : -1);
    let at = body + BODY_FIXED_BYTES;
    const nameBytes = this.bytes.write(name, at + 4, "utf8");
    view.setUint32(at, nameBytes, true);
    at = this.appendText(at + 4 + nameBytes, routing);
    at = this.appendBytes(at, source);
    view.setUint32(start, at - body, true);
    const seed = crc32(this.bytes.subarray(start, start + 4));
    view.setUint32(start + 4, crc32(this.bytes.subarray(body, at), seed), true);
    this.length = at;
    return at - start;
  }

  private appendText(at: number, text: string | undefined): number {
    if (text === undefined) {
      this.view.setUint32(at, 0, true);
      return at + 4;
    }
    const count = this.bytes.write(text, at + 4, "utf8");
    this.view.setUint32(at, count + 1, true);
    return at + 4 + count;
  }

  private appendBytes(at: number, bytes: Uint8Array | undefined): number {
    if (bytes === undefined) {
      this.view.setUint32(at, 0, true);
      return at + 4;
    }
    this.view.setUint32(at, bytes.length + 1, true);
    this.bytes.set(bytes, at + 4);
    return at + 4 + bytes.length;
  }

  /** The records, borrowed until the next append. */
  bytesBorrow(start = 0, end = this.length): Uint8Array {
    return this.bytes.subarray(start, end);
  }

  reset(): void {
    this.length = 0;
  }

  get capacityBytes(): number {
    return this.bytes.length;
  }

  private ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.length + count, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

/** Decodes the body of a record whose checksum held; undefined when its structure does not. */
export function decodeOperation(body: Uint8Array): TranslogOperation | undefined {
  if (body.length < BODY_BYTES_MIN) return undefined;
  const view = viewOf(body);
  const seqNo = readLong(view, 1);
  const primaryTerm = readLong(view, 9);
  const version = readLong(view, 17);
  const autoIdTimestamp = readLong(view, 25);
  const nameLength = view.getUint32(BODY_FIXED_BYTES, true);
  const nameStart = BODY_FIXED_BYTES + 4;
  const routing = optionalRange(view, nameStart + nameLength);
  const source = routing && optionalRange(view, routing.end);
  if (source === undefined || source.end !== body.length) return undefined;
  const name = UTF8_DECODER.decode(body.subarray(nameStart, nameStart + nameLength));
  switch (body[0]) {
    case TYPE_INDEX:
      if (source.start < 0) return undefined;
      return {
        type: "index",
        seqNo,
        primaryTerm,
        version,
        autoIdTimestamp,
        id: name,
        routing:
          routing!.start < 0
            ? undefined
            : UTF8_DECODER.decode(body.subarray(routing!.start, routing!.end)),
        source: body.slice(source.start, source.end),
      };
    case TYPE_DELETE:
      return { type: "delete", seqNo, primaryTerm, version, id: name };
    case TYPE_NO_OP:
      return { type: "no-op", seqNo, primaryTerm, reason: name };
    default:
      return undefined;
  }
}

/** The range of an optional value whose length stands at `at`; start = -1 when it is absent. */
function optionalRange(view: DataView, at: number): { start: number; end: number } | undefined {
  if (at + 4 > view.byteLength) return undefined;
  const length = view.getUint32(at, true);
  if (length === 0) return { start: -1, end: at + 4 };
  const end = at + 4 + length - 1;
  return end > view.byteLength ? undefined : { start: at + 4, end };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeLong(view: DataView, at: number, value: number): void {
  view.setInt32(at, (value % 4294967296) | 0, true);
  view.setInt32(at + 4, Math.floor(value / 4294967296), true);
}

function readLong(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}

/** OpenSearch's error for a translog that cannot be trusted. */
export function translogCorrupted(source: string, reason: string, cause?: unknown): VarveError {
  return new VarveError("corrupt", `translog from source [${source}] is corrupted, ${reason}`, {
    type: "translog_corrupted_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}
