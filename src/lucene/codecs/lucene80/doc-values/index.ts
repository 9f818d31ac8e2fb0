// Lucene80DocValuesFormat: reader of .dvd and .dvm. doc-values-format.ts has the byte table.

import type { DocValuesFormat } from "../../codec.ts";
import { DATA_CODEC, META_CODEC, VERSION_CONFIGURABLE_COMPRESSION } from "./doc-values-format.ts";
import { type BigEndianDocValues, BigEndianDocValuesProducer } from "./doc-values-producer.ts";
import { Lucene80EntryReader } from "./entries.ts";

const FORMAT: BigEndianDocValues = {
  metaCodec: META_CODEC,
  dataCodec: DATA_CODEC,
  versionMax: VERSION_CONFIGURABLE_COMPRESSION,
  entryReader: (meta, infos, limits) => new Lucene80EntryReader(meta, infos, limits),
};

/** The doc values format of Lucene 8.0 to 8.11; per-field name `Lucene80`. */
export const lucene80DocValuesFormat: DocValuesFormat = {
  name: "Lucene80",
  fieldsProducer: (state) => new BigEndianDocValuesProducer(state, FORMAT),
};
