// The files of a segment, wherever they are: beside each other, or parts of one compound file.

import { codecForName } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import type { SegmentInfo } from "./segment-info.ts";

/** Sees through the compound file; without one this is `directory` itself. */
export function segmentDirectory(directory: Directory, info: SegmentInfo): Directory {
  if (!info.isCompoundFile) return directory;
  return codecForName(info.codec).compoundFormat.compoundReader(directory, info);
}
