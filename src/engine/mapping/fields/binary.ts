// `binary`: base64 in the source, stored bytes, and optionally doc values of all distinct values.
// Upstream: org.opensearch.index.mapper.BinaryFieldMapper.

import { DocValuesType } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import type { DocValueFormat } from "../doc-value-format.ts";
import { BINARY_FORMAT } from "../doc-value-format.ts";
import type { DocumentContext } from "../document-context.ts";
import type { FieldMapperParts, FieldTypeSpec } from "../field-mapper.ts";
import { FieldMapper, sourceText } from "../field-mapper.ts";
import { LuceneField, luceneFieldType, storedField } from "../lucene-field.ts";
import type { FieldFacts } from "../mapped-field-type.ts";
import { MappedFieldType } from "../mapped-field-type.ts";
import { jsonError } from "../mapper-errors.ts";
import { DOC_VALUES_OFF, META, STORE } from "../parameters.ts";
import type { FieldQueryContext } from "../query-arguments.ts";
import type { SourceValue } from "../source-parser.ts";
import { writeVInt } from "./range-encoding.ts";

const DOC_VALUES_TYPE = luceneFieldType({ docValuesType: DocValuesType.BINARY });

/** The type of a binary field. */
export class BinaryFieldType extends MappedFieldType {
  readonly typeName = "binary";

  override termQuery(_value: unknown, context: FieldQueryContext): Query {
    throw this.shardError(context, "Binary fields do not support searching");
  }

  override docValueFormat(): DocValueFormat {
    return BINARY_FORMAT;
  }
}

class BinaryFieldMapper extends FieldMapper {
  readonly fieldType: BinaryFieldType;

  constructor(parts: FieldMapperParts) {
    super(parts);
    const { values } = parts;
    const facts: FieldFacts = {
      name: parts.path,
      isIndexed: false,
      hasDocValues: values.boolean("doc_values"),
      isStored: values.boolean("store"),
      meta: values.get("meta") as Record<string, string>,
    };
    this.fieldType = new BinaryFieldType(facts);
  }

  parseCreateField(context: DocumentContext, value: SourceValue): void {
    const { hasDocValues, isStored } = this.fieldType;
    if ((!hasDocValues && !isStored) || value === null) return;
    const bytes = decodeBase64(context, sourceText(context, value)!);
    if (isStored) context.add(storedField(this.path, bytes));
    if (hasDocValues) this.addDocValue(context, bytes);
    else context.addFieldNames(this.fieldNames);
  }

  private addDocValue(context: DocumentContext, bytes: Uint8Array): void {
    const { document } = context;
    document.keyed ??= new Map();
    let entry = document.keyed.get(this.path);
    if (entry === undefined) {
      entry = { field: new LuceneField(this.path, DOC_VALUES_TYPE), values: [] as Uint8Array[] };
      document.keyed.set(this.path, entry);
      document.fields.push(entry.field);
    }
    (entry.values as Uint8Array[]).push(bytes);
    entry.field.bytesValue = encodeValues(entry.values as Uint8Array[]);
  }
}

// Count, then length and bytes of each distinct value, in order.
function encodeValues(values: readonly Uint8Array[]): Uint8Array {
  const sorted = [...values].sort(Buffer.compare);
  const distinct = sorted.filter(
    (value, i) => i === 0 || Buffer.compare(sorted[i - 1]!, value) !== 0,
  );
  const parts: Uint8Array[] = [writeVInt(distinct.length)];
  for (const value of distinct) parts.push(writeVInt(value.length), value);
  return Buffer.concat(parts);
}

// Jackson wants the padding, and says where it stopped.
function decodeBase64(context: DocumentContext, text: string): Uint8Array {
  const compact = text.replace(/[\r\n\t ]/g, "");
  const isWhole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact);
  if (isWhole) return Buffer.from(compact, "base64");
  const { endLine, endColumn } = context.tokenLocation();
  context.failedValue = "";
  const bad = /[^A-Za-z0-9+/=]/.exec(compact)?.[0];
  throw jsonError(
    "json_parse_exception",
    bad === undefined
      ? "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects padding " +
          "(one or more '=' characters) at the end. This Base64Variant might have been incorrectly " +
          "configured"
      : `Illegal character '${bad}' (code 0x${bad.charCodeAt(0).toString(16)}) in base64 content`,
    endLine,
    // Jackson stands before the closing quote.
    endColumn - 1,
  );
}

/** The `binary` type. */
export const BINARY: FieldTypeSpec = {
  typeName: "binary",
  parameters: [META, STORE, DOC_VALUES_OFF],
  build: (parts) => new BinaryFieldMapper(parts),
};
