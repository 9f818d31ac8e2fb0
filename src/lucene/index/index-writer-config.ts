// Settings of an IndexWriter, with Lucene's and OpenSearch's defaults.

import type { Clock, Random } from "../../base/index.ts";
import type { StoredFieldsMode } from "../codecs/codec.ts";
import type { IndexDeletionPolicy } from "./index-deletion-policy.ts";
import type { Bits, LeafReader } from "./leaf-reader.ts";
import type { MergePolicySettings } from "./merge-policy.ts";
import type { LuceneVersion, SortField } from "./segment-info.ts";

/** What a caller may set. */
export interface IndexWriterSettings {
  readonly clock: Clock;
  readonly random: Random;
  /** Numeric doc-values field that marks soft deletes. Default `__soft_deletes`. */
  readonly softDeletesField?: string;
  readonly indexSort?: readonly SortField[];
  /** Default BEST_SPEED (OpenSearch's `default` codec). */
  readonly storedFieldsMode?: StoredFieldsMode;
  /** Buffered bytes that trigger a flush. Default 16 MiB. */
  readonly ramBufferBytes?: number;
  /** Stamped in .si and commits; raised to the index's created major. Default 9.1.0. */
  readonly luceneVersion?: LuceneVersion;
  /** Of a new index. Default 9. */
  readonly indexCreatedVersionMajor?: number;
  /** New segments are packed into a compound file. Default true, as OpenSearch sets it. */
  readonly useCompoundFile?: boolean;
  readonly mergePolicy?: Partial<MergePolicySettings>;
  readonly deletionPolicy?: IndexDeletionPolicy;
  /**
   * Which soft-deleted documents of a segment a merge keeps (OpenSearch's retention query over
   * `_seq_no`); undefined, or answering undefined: none.
   */
  readonly retainSoftDeletes?: (reader: LeafReader) => Bits | undefined;
  /**
   * Open this generation instead of the newest commit; the policy decides what becomes of others.
   */
  readonly commitGeneration?: number;
  /** Start from nothing even when the folder holds a commit (Lucene's OpenMode.CREATE). */
  readonly create?: boolean;
}

/** Bytes of the in-memory segment that trigger a flush: Lucene's default of 16 MB. */
export const RAM_BUFFER_BYTES_DEFAULT = 16 * 1024 * 1024;
/** OpenSearch's Lucene.SOFT_DELETES_FIELD. */
export const SOFT_DELETES_FIELD = "__soft_deletes";
