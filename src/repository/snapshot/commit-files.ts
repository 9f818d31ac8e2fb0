// The files of a Lucene commit as a snapshot needs them: length, checksum out of the footer, and
// the bytes of the small files that live in metadata (segments_N and .si).
// Upstream: Store.MetadataSnapshot.checksumFromLuceneFile.

import { corrupt } from "../../base/index.ts";
import { checksumEntireFile, type Directory, retrieveChecksum } from "../../lucene/store/index.ts";
import { checksumText, META_HASH_BYTES_MAX } from "../format/file-info.ts";

/** A file of a commit. Plain data. */
export interface CommitFile {
  name: string;
  length: number;
  /** CRC-32 of the footer, in base 36. */
  checksum: string;
  /** Lucene version, as 9.1.0. */
  writtenBy: string;
  /** The whole content, of segments_N and .si files. */
  content?: Uint8Array;
}

/** True for the files whose content goes into metadata. */
export function isHashedFile(name: string): boolean {
  return name.endsWith(".si") || (name.startsWith("segments_") && name !== "segments.gen");
}

/** Describes files of a directory. One without a footer, or a damaged small one, is `corrupt`. */
export function describeCommitFiles(
  directory: Directory,
  names: readonly string[],
  writtenBy: string,
): CommitFile[] {
  return names.map((name) => {
    const input = directory.openInput(name);
    try {
      const length = input.length;
      if (!isHashedFile(name)) {
        return { name, length, checksum: checksumText(retrieveChecksum(input)), writtenBy };
      }
      const checksum = checksumText(checksumEntireFile(input));
      if (length > META_HASH_BYTES_MAX) {
        throw corrupt(`File of ${length} bytes is too large for metadata`, { file: name });
      }
      input.seek(0);
      return { name, length, checksum, writtenBy, content: input.bytesCopy(length) };
    } finally {
      input.close();
    }
  });
}
