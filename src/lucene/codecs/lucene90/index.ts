// The parts of the Lucene90 generation that concern a whole segment.

export { lucene90CompoundFormat } from "./compound.ts";
export { lucene90FieldInfosFormat } from "./field-infos.ts";
export { liveDocsFileName, lucene90LiveDocsFormat } from "./live-docs.ts";
export { lucene90SegmentInfoFormat, segmentNameOf } from "./segment-info.ts";
export { lucene90StoredFieldsFormat } from "./stored-fields.ts";
export { Lucene90StoredFieldsReader } from "./stored-fields-reader.ts";
