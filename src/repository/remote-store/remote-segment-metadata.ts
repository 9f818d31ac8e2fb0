// metadata__<term>__<generation>__<translog generation>__<uploads>__<node>__<time>__<version>
// in a shard's segments/metadata/: which files the shard had at a refresh, under which names they
// lie in segments/data/, and the SegmentInfos of that moment. The numbers in the name (but node and
// version) are subtracted from 2^63 - 1 and padded to 19 digits, so the newest sorts first.
//
//   FIELD               TYPE       MEANING
//   header              header     codec "segment_md", version 1 or 2 (3.0 and later)
//   files               vInt n     then n times two strings:
//     name              string     Lucene file
//     description       string     <name>::<blob>::<CRC-32, decimal>::<length>::<Lucene major>
//   index, index uuid   string     of the replication checkpoint
//   shard               vInt
//   primary term        i64
//   generation          i64        of SegmentInfos: the N of segments_N
//   infos version       i64
//   length, codec       i64, string
//   created             i64        version 2 only
//   infos length        i64
//   infos               bytes      a whole segments_N: header, footer and all
//   footer              footer
// Little-endian, as all of Lucene 9 but headers and footers.
// Invariants: the checksum holds; a description's name is its key; names hold no path.
// Spec: docs/format/remote-store.md. Upstream: RemoteSegmentMetadata, UploadedSegmentMetadata,
// VersionedCodecStreamWrapper (2.19.6, 3.6.0).

import { corrupt, METADATA_BLOB_BYTES_MAX } from "../../base/index.ts";
import {
  checkHeader,
  checksumEntireFile,
  FOOTER_BYTES,
  IndexInput,
  memorySource,
} from "../../lucene/store/index.ts";
import { checksumText, type FileInfo } from "../format/file-info.ts";

const CODEC = "segment_md";
const VERSION_MIN = 1;
const VERSION_CREATED = 2;
const DESCRIPTION_SEPARATOR = "::";

/** What a metadata file says. */
export interface RemoteSegmentMetadata {
  /** Every file, under the name of its blob. */
  readonly files: FileInfo[];
  readonly indexUuid: string;
  readonly shard: number;
  readonly primaryTerm: number;
  /** Generation of `segmentInfos`. */
  readonly generation: number;
  /** The bytes of a segments_N; newer than the file's commit where there was a refresh since. */
  readonly segmentInfos: Uint8Array;
}

/** Reads a metadata file. Errors: `corrupt`, `too-new`. */
export function readRemoteSegmentMetadata(name: string, bytes: Uint8Array): RemoteSegmentMetadata {
  const input = new IndexInput(memorySource(name, bytes));
  checksumEntireFile(input);
  input.seek(0);
  const version = checkHeader(input, CODEC, VERSION_MIN, VERSION_CREATED);
  const files = [...input.readMapOfStrings()].map(([file, text]) => readFile(name, file, text));
  input.readString();
  const indexUuid = input.readString();
  const shard = input.readVInt();
  const primaryTerm = input.readLongNumber();
  const generation = input.readLongNumber();
  input.skip(16);
  input.readString();
  if (version >= VERSION_CREATED) input.skip(8);
  const length = input.readLongNumber();
  const left = input.length - FOOTER_BYTES - input.filePointer;
  if (length !== left || length < 0 || length > METADATA_BLOB_BYTES_MAX) {
    throw corrupt(`SegmentInfos of ${length} bytes, where ${left} are left`, { file: name });
  }
  const segmentInfos = input.bytesCopy(length);
  return { files, indexUuid, shard, primaryTerm, generation, segmentInfos };
}

function readFile(metadata: string, file: string, text: string): FileInfo {
  const [name = "", blob = "", checksum = "", length = "", major = ""] =
    text.split(DESCRIPTION_SEPARATOR);
  const isNumber = (value: string) => /^\d{1,15}$/.test(value);
  const isName = (value: string) => /^[\w.-]+$/.test(value) && value !== "." && value !== "..";
  if (name !== file || !isName(name) || !isName(blob)) {
    throw corrupt(`[${file}] is described as [${text}]`, { file: metadata });
  }
  if (!isNumber(checksum) || Number(checksum) > 0xffffffff || !isNumber(length)) {
    throw corrupt(`[${file}] has a bad checksum or length: [${text}]`, { file: metadata });
  }
  return {
    name: blob,
    physicalName: name,
    length: Number(length),
    checksum: checksumText(Number(checksum)),
    // The minor version is not kept; versions before 2.10 did not keep the major one either.
    writtenBy: `${isNumber(major) ? major : "9"}.0.0`,
  };
}
