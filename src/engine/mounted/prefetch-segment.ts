// Which pages opening a segment is known to need, so that they come in one round: the small files
// that are read whole, and the headers of the large ones (their footers are known from the
// snapshot's metadata). In a compound file these are parts, whose footers must be read too; what
// its parts are is known one round later.

import {
  type SegmentCommitInfo,
  type SegmentInfos,
  segmentCommitFiles,
  segmentDirectory,
} from "../../lucene/index/index.ts";
import { type Directory, FOOTER_BYTES, PageMisses } from "../../lucene/store/index.ts";
import type { BlobDirectory } from "../../repository/index.ts";

/** What a shard is opened for: its documents alone need fewer files than a search. */
export type MountPurpose = "search" | "documents";

/** Kinds of files that something is known to need: read whole, or from their headers on. */
export interface FileKinds {
  readonly whole: ReadonlySet<string>;
  readonly heads: ReadonlySet<string>;
}

/** What opening a segment reads for its documents. */
const DOCUMENTS: FileKinds = {
  whole: new Set(["si", "fnm", "fdm", "fdx", "liv", "cfe"]),
  heads: new Set(["fdt", "cfs"]),
};
/** What looking up terms and scoring reads besides. */
const SEARCH: FileKinds = {
  whole: new Set([...DOCUMENTS.whole, "tmd", "nvm"]),
  heads: new Set([...DOCUMENTS.heads, "tim", "tip", "doc", "pos", "pay", "nvd"]),
};
/** What sorts and aggregations open. */
export const DOC_VALUES: FileKinds = { whole: new Set(["dvm"]), heads: new Set(["dvd"]) };
/** What queries of ranges open. */
export const POINTS: FileKinds = {
  whole: new Set(["kdm", "dim"]),
  heads: new Set(["kdi", "kdd", "dii"]),
};

/** A file up to here comes whole: it costs no more than its header. */
const SMALL_BYTES = 32 * 1024;
/** A compound file up to here comes whole: its parts' headers lie all over it. */
const COMPOUND_BYTES = 256 * 1024;
/** An index up to here comes whole: the way to a term or a point leads through several places. */
const INDEX_BYTES: Readonly<Record<string, number>> = { tip: 1536 * 1024, kdi: 512 * 1024 };
/** Terms dictionaries of all shards up to here come whole. */
const TERMS_BYTES_MAX = 2 * 1024 * 1024;
const HEADER_BYTES = 128;

/** Notes what opening all segments needs; of a shard that is one of `shardCount`. */
export function prefetchSegments(
  directory: BlobDirectory,
  infos: SegmentInfos,
  purpose: MountPurpose,
  shardCount: number,
): void {
  const kinds = purpose === "search" ? withTerms(directory, infos, shardCount) : DOCUMENTS;
  for (const segment of infos.segments) {
    for (const name of segmentCommitFiles(segment)) {
      // What was written after the segment: deletes, and updates of doc values (soft deletes).
      if (!segment.info.files.has(name)) directory.prefetch(name);
      else prefetchFile(directory, name, kinds);
    }
    if (segment.softDelCount > 0 && !segment.info.isCompoundFile) {
      prefetchKinds(directory, segment, DOC_VALUES);
    }
  }
}

/** Small dictionaries come whole, which saves the round that looks a term up. */
function withTerms(directory: BlobDirectory, infos: SegmentInfos, shardCount: number): FileKinds {
  const names = infos.segments.flatMap(({ info }) => [...info.files]);
  const terms = names.filter((name) => name.endsWith(".tim"));
  const bytes = terms.reduce((sum, name) => sum + directory.fileLength(name), 0);
  if (bytes * shardCount > TERMS_BYTES_MAX) return SEARCH;
  return { whole: new Set([...SEARCH.whole, "tim", "tip"]), heads: SEARCH.heads };
}

/** Notes what the parts of compound files need; the compound entries must be there. */
export function prefetchCompounds(
  directory: BlobDirectory,
  infos: SegmentInfos,
  purpose: MountPurpose,
): void {
  const misses = new PageMisses();
  for (const segment of infos.segments) {
    if (!segment.info.isCompoundFile) continue;
    misses.try(() => {
      prefetchKinds(directory, segment, purpose === "search" ? SEARCH : DOCUMENTS);
      if (segment.softDelCount > 0) prefetchKinds(directory, segment, DOC_VALUES);
    });
  }
  misses.throwIfAny();
}

/** Notes the files of some kinds of one segment, in its compound file or beside it. */
export function prefetchKinds(
  directory: BlobDirectory,
  segment: SegmentCommitInfo,
  kinds: FileKinds,
): void {
  const { info } = segment;
  const inner = segmentDirectory(directory, info);
  const names = info.isCompoundFile ? inner.listAll() : info.files;
  for (const name of names) prefetchFile(inner, name, kinds);
}

function prefetchFile(directory: Directory, name: string, { whole, heads }: FileKinds): void {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  const isWhole = whole.has(extension);
  if (!isWhole && !heads.has(extension)) return;
  const input = directory.openInput(name);
  const { length } = input;
  const most = extension === "cfs" ? COMPOUND_BYTES : (INDEX_BYTES[extension] ?? SMALL_BYTES);
  if (isWhole || length <= most) {
    input.prefetch(0, length);
    return;
  }
  input.prefetch(0, HEADER_BYTES);
  if (input.source.footer === undefined || input.source.length !== length) {
    input.prefetch(length - FOOTER_BYTES, FOOTER_BYTES);
  }
}
