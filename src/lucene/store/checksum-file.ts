// Small files that are read whole at open: segments_N, .si, .fnm, .cfe, .liv and the meta files.
// The checksum comes first, so that a damaged byte is called damage and a decoder never sees it; a
// decoder's complaint about a file whose checksum holds then means a writer's or our own fault.
// Upstream: org.apache.lucene.codecs.CodecUtil.checkFooter, Directory.openChecksumInput (9.12.3).

import { corrupt } from "../../base/index.ts";
import { checksumEntireFile, FOOTER_BYTES } from "./codec-util.ts";
import type { Directory } from "./directory.ts";
import type { IndexInput } from "./index-input.ts";

/**
 * Checks the footer and checksum of `name`, then decodes it. `decode` starts at the first byte and
 * must stop at the footer: a rest means another format (`corrupt`).
 */
export function readChecksumFile<T>(
  directory: Directory,
  name: string,
  decode: (input: IndexInput) => T,
): T {
  const input = directory.openInput(name);
  try {
    checksumEntireFile(input);
    input.seek(0);
    const value = decode(input);
    const rest = input.length - FOOTER_BYTES - input.filePointer;
    if (rest !== 0) {
      throw corrupt("File was not read up to its footer", { file: name, bytesLeft: rest });
    }
    return value;
  } finally {
    input.close();
  }
}
