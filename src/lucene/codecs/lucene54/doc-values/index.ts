// Doc values of Lucene 5.4 to 6.6.

import { unsupported } from "../../../../base/index.ts";
import type { DocValuesFormat } from "../../codec.ts";

/** The doc values format of Lucene 5.4 to 6.6; per-field name `Lucene54`. */
export const lucene54DocValuesFormat: DocValuesFormat = {
  name: "Lucene54",
  fieldsProducer: () => {
    throw unsupported("Doc values format [Lucene54] is not supported");
  },
};
