// Lucene54DocValuesFormat: reader of .dvd and .dvm. doc-values-format.ts has the byte table.

import type { DocValuesFormat } from "../../codec.ts";
import { Lucene54DocValuesProducer } from "./doc-values-producer.ts";

/** The doc values format of Lucene 5.4 to 6.6; per-field name `Lucene54`. */
export const lucene54DocValuesFormat: DocValuesFormat = {
  name: "Lucene54",
  fieldsProducer: (state) => new Lucene54DocValuesProducer(state),
};
