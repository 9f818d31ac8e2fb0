// Lucene90NormsFormat: writer and reader of .nvd and .nvm. norms-format.ts has the byte table.

import type { NormsFormat } from "../../codec.ts";
import { Lucene90NormsConsumer } from "./norms-consumer.ts";
import { ColumnNormsProducer } from "./norms-producer.ts";

/** The norms format of Lucene 9.0 up to 10.x. */
export const lucene90NormsFormat: Required<NormsFormat> = {
  normsProducer: (state) => new ColumnNormsProducer(state),
  normsConsumer: (state) => new Lucene90NormsConsumer(state),
};
