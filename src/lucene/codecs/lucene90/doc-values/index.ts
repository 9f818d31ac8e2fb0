// Lucene90DocValuesFormat: writer and reader of .dvd and .dvm. doc-values-format.ts has the byte
// table.

import type { DocValuesFormat } from "../../codec.ts";
import { Lucene90DocValuesConsumer } from "./doc-values-consumer.ts";
import { Lucene90DocValuesProducer } from "./doc-values-producer.ts";

/** The doc values format of Lucene 9.0 up to 10.x; per-field name `Lucene90`. */
export const lucene90DocValuesFormat: Required<DocValuesFormat> = {
  name: "Lucene90",
  fieldsProducer: (state) => new Lucene90DocValuesProducer(state),
  fieldsConsumer: (state) => new Lucene90DocValuesConsumer(state),
};
