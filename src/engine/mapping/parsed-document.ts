// A parsed document: its Lucene documents, children of nested blocks first, the root last.
// Upstream: ParsedDocument, SeqNoFieldMapper.SequenceIDFields, VersionFieldMapper.

import type { IndexableDocument } from "../../lucene/index/index.ts";
import { DocValuesType } from "../../lucene/index/index.ts";
import {
  LuceneField,
  luceneFieldType,
  numericField,
  STORED_TERM_TYPE,
  termField,
} from "./lucene-field.ts";
import type { JsonObject } from "./node-values.ts";
import { longPoint } from "./number-encoding.ts";
import { encodeUid } from "./uid.ts";

/** `_seq_no`: a long point and a numeric doc value. */
const SEQ_NO_TYPE = luceneFieldType({
  docValuesType: DocValuesType.NUMERIC,
  pointDimensionCount: 1,
  pointNumBytes: 8,
});
/** `__soft_deletes`: Lucene's soft-deletes field of the index. */
const SOFT_DELETES_TYPE = luceneFieldType({
  docValuesType: DocValuesType.NUMERIC,
  softDeletes: true,
});

/** Name of the soft-deletes field: Lucene.SOFT_DELETES_FIELD. */
export const SOFT_DELETES_FIELD = "__soft_deletes";

/** The fields that are known only when the operation is executed. */
export class SequenceFields {
  readonly seqNo = new LuceneField("_seq_no", SEQ_NO_TYPE);
  readonly primaryTerm = numericField("_primary_term", 0);
  readonly version = numericField("_version", -1);

  constructor() {
    this.seqNo.numericValue = -2;
    this.seqNo.point = UNASSIGNED_POINT;
  }
}

const UNASSIGNED_POINT = longPoint(-2);

/** A document, ready to be indexed once it has its sequence number and version. */
export class ParsedDocument {
  readonly id: string;
  readonly routing: string | undefined;
  readonly documents: readonly IndexableDocument[];
  /** `_source` as it came. */
  readonly source: Uint8Array | undefined;
  /** The mapping that this document adds; merge it and parse again before indexing. */
  readonly dynamicUpdate: JsonObject | undefined;
  private readonly sequence: SequenceFields;

  constructor(parts: {
    id: string;
    routing: string | undefined;
    documents: readonly IndexableDocument[];
    source: Uint8Array | undefined;
    sequence: SequenceFields;
    dynamicUpdate?: JsonObject | undefined;
  }) {
    this.id = parts.id;
    this.routing = parts.routing;
    this.documents = parts.documents;
    this.source = parts.source;
    this.sequence = parts.sequence;
    this.dynamicUpdate = parts.dynamicUpdate;
  }

  /** Sets `_seq_no` and `_primary_term` in place, in all documents of the block. */
  updateSeqID(seqNo: number, primaryTerm: number): void {
    this.sequence.seqNo.numericValue = seqNo;
    this.sequence.seqNo.point = longPoint(seqNo);
    this.sequence.primaryTerm.numericValue = primaryTerm;
  }

  /** Sets `_version` in place. */
  version(version: number): void {
    this.sequence.version.numericValue = version;
  }
}

/**
 * The document that a delete leaves behind: it carries the sequence number, and is soft-deleted.
 */
export function tombstone(id: string): ParsedDocument {
  const sequence = new SequenceFields();
  const document = [
    termField("_id", encodeUid(id), STORED_TERM_TYPE),
    sequence.seqNo,
    sequence.primaryTerm,
    sequence.version,
    numericField("_tombstone", 1),
    numericField(SOFT_DELETES_FIELD, 1, SOFT_DELETES_TYPE),
  ];
  return new ParsedDocument({
    id,
    routing: undefined,
    documents: [document],
    source: undefined,
    sequence,
  });
}

/** The document of a no-op: it only takes a sequence number. */
export function noopTombstone(reason: string): ParsedDocument {
  const sequence = new SequenceFields();
  const source = new LuceneField("_source", luceneFieldType({ stored: true }));
  source.storedValue = Buffer.from(reason);
  const document = [
    sequence.seqNo,
    sequence.primaryTerm,
    sequence.version,
    numericField("_tombstone", 1),
    source,
    numericField(SOFT_DELETES_FIELD, 1, SOFT_DELETES_TYPE),
  ];
  return new ParsedDocument({
    id: "",
    routing: undefined,
    documents: [document],
    source: undefined,
    sequence,
  });
}
