// Which pages opening a segment is known to need, so that they come in one round: the small files
// that are read whole, and the headers of the large ones (their footers are known from the
// snapshot's metadata).

import type { SegmentCommitInfo, SegmentInfos } from "../../lucene/index/index.ts";
import { segmentCommitFiles } from "../../lucene/index/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";

/** What a shard is opened for: its documents alone need fewer files than a search. */
export type MountPurpose = "search" | "documents";

/** Read whole when a segment opens, whatever it is opened for. */
const DOCUMENTS_WHOLE = new Set(["si", "fnm", "fdm", "fdx", "liv", "cfe"]);
const DOCUMENTS_HEAD = new Set(["fdt", "cfs"]);
const SEARCH_WHOLE = new Set(["tmd", "nvm"]);
const SEARCH_HEAD = new Set(["tim", "tip", "doc", "pos", "pay", "nvd"]);
/** A file up to here comes whole: it costs no more than its header. */
const SMALL_BYTES = 32 * 1024;
/** A compound file up to here comes whole: its parts' headers lie all over it. */
const COMPOUND_BYTES = 256 * 1024;
/** A terms index up to here comes whole: a term's way leads through several places of it. */
const TERMS_INDEX_BYTES = 1536 * 1024;
const HEADER_BYTES = 128;

/** Notes the files of all segments. */
export function prefetchSegments(
  directory: BlobDirectory,
  infos: SegmentInfos,
  purpose: MountPurpose,
): void {
  for (const segment of infos.segments) {
    for (const name of segmentCommitFiles(segment)) {
      const bytes = bytesOf(directory, segment, name, purpose);
      if (bytes > 0) directory.prefetch(name, bytes);
    }
  }
}

function bytesOf(
  directory: BlobDirectory,
  segment: SegmentCommitInfo,
  name: string,
  purpose: MountPurpose,
): number {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  // What was written after the segment: deletes, and updates of doc values (soft deletes).
  if (!segment.info.files.has(name)) return Number.MAX_SAFE_INTEGER;
  const isSoftDeletes = segment.softDelCount > 0 && (extension === "dvm" || extension === "dvd");
  const forSearch = purpose === "search";
  const isWhole = DOCUMENTS_WHOLE.has(extension) || (forSearch && SEARCH_WHOLE.has(extension));
  if (isWhole || (isSoftDeletes && extension === "dvm")) return Number.MAX_SAFE_INTEGER;
  const isHead = DOCUMENTS_HEAD.has(extension) || (forSearch && SEARCH_HEAD.has(extension));
  if (!isHead && !isSoftDeletes) return 0;
  const length = directory.fileLength(name);
  const whole =
    extension === "cfs" ? COMPOUND_BYTES : extension === "tip" ? TERMS_INDEX_BYTES : SMALL_BYTES;
  return length <= whole ? length : HEADER_BYTES;
}
