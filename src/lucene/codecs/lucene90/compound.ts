// Compound files: all files of a small segment in one (.cfs), with their places in another (.cfe).
//
//   .cfe  SIZE  TYPE    FIELD     MEANING
//          n    header  codec     index header `Lucene90CompoundEntries`, version 0
//          n    vInt    count
//         per entry
//          n    string  name      without the segment's name: `.fdt`, `_Lucene90_0.doc`
//          8    i64     offset    in .cfs, a multiple of 8
//          8    i64     length    header and footer included
//         16    footer
//   .cfs   n    header  codec     index header `Lucene90CompoundData`, version 0
//          then each file, padded with zeros to a multiple of 8 before it; then the footer
// Invariants: the last entry ends where the footer of .cfs begins; each part keeps its own header
// and footer, so its checksum still holds. .si and .liv are never inside.
// Upstream: org.apache.lucene.codecs.lucene90.{Lucene90CompoundFormat,Lucene90CompoundReader}
// (9.12.3).

import { corrupt, unsupported } from "../../../base/index.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type Directory,
  FOOTER_BYTES,
  IndexInput,
  type IndexOutput,
  indexHeaderLength,
  missingFile,
  type PageSource,
  readChecksumFile,
  retrieveChecksum,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { CompoundFormat } from "../codec.ts";
import { segmentNameOf } from "./segment-info.ts";

/** Codec names of the two files. */
export interface CompoundCodecs {
  readonly data: string;
  readonly entries: string;
}

const CODECS: CompoundCodecs = { data: "Lucene90CompoundData", entries: "Lucene90CompoundEntries" };
const VERSION = 0;
const ALIGNMENT_BYTES = 8;
const COPY_BYTES = 64 * 1024;

interface Entry {
  readonly offset: number;
  readonly length: number;
}

/** `.cfs`/`.cfe` of all generations since Lucene 9.0. */
export const lucene90CompoundFormat: CompoundFormat = {
  compoundReader: (directory, info) => new CompoundReader(directory, info, CODECS),

  write(directory, info) {
    const data = directory.createOutput(segmentFileName(info.name, "", "cfs"));
    try {
      const entries = directory.createOutput(segmentFileName(info.name, "", "cfe"));
      try {
        writeIndexHeader(data, CODECS.data, VERSION, info.id, "");
        writeIndexHeader(entries, CODECS.entries, VERSION, info.id, "");
        writeParts(directory, info, data, entries);
        writeFooter(data);
        writeFooter(entries);
      } finally {
        entries.close();
      }
    } finally {
      data.close();
    }
  },
};

// Small parts come first, so that one page holds what opening a segment reads.
function writeParts(
  directory: Directory,
  info: SegmentInfo,
  data: IndexOutput,
  entries: IndexOutput,
): void {
  const parts = [...info.files]
    .filter((name) => !/\.(si|cfs|cfe)$/.test(name))
    .map((name) => ({ name, length: directory.fileLength(name) }))
    .sort((a, b) => a.length - b.length || (a.name < b.name ? -1 : 1));
  entries.writeVInt(parts.length);
  for (const { name, length } of parts) {
    while (data.filePointer % ALIGNMENT_BYTES !== 0) data.writeByte(0);
    entries.writeString(entryName(name));
    entries.writeLong(data.filePointer);
    entries.writeLong(length);
    copyPart(directory, name, data);
  }
}

function copyPart(directory: Directory, name: string, data: IndexOutput): void {
  const input = directory.openInput(name);
  try {
    checksumEntireFile(input);
    input.seek(0);
    for (let rest = input.length; rest > 0; ) {
      const part = input.bytesBorrow(Math.min(rest, COPY_BYTES));
      data.writeBytes(part);
      rest -= part.length;
    }
  } finally {
    input.close();
  }
}

function entryName(file: string): string {
  return file.slice(segmentNameOf(file).length);
}

/** The files inside one .cfs, under their own names. Inputs that it opens need no closing. */
export class CompoundReader implements Directory {
  private readonly segment: string;
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly handle: IndexInput;
  private readonly source: PageSource;

  constructor(directory: Directory, info: SegmentInfo, codecs: CompoundCodecs) {
    this.segment = info.name;
    this.entries = readEntries(directory, info, codecs.entries);
    this.handle = directory.openInput(segmentFileName(info.name, "", "cfs"));
    try {
      this.checkData(info, codecs.data);
    } catch (error) {
      this.handle.close();
      throw error;
    }
    this.source = unclosed(this.handle.source);
  }

  private checkData(info: SegmentInfo, codec: string): void {
    checkIndexHeader(this.handle, codec, VERSION, VERSION, info.id, "");
    retrieveChecksum(this.handle);
    let end = indexHeaderLength(codec, "");
    for (const entry of this.entries.values()) end = Math.max(end, entry.offset + entry.length);
    const { name, length } = this.handle;
    if (length !== end + FOOTER_BYTES) {
      throw corrupt("Compound file has another length than its entries say", {
        file: name,
        expected: end + FOOTER_BYTES,
        actual: length,
      });
    }
  }

  listAll(): string[] {
    return [...this.entries.keys()].map((name) => this.segment + name);
  }

  private entryOf(name: string): Entry {
    const entry = name.startsWith(this.segment)
      ? this.entries.get(name.slice(this.segment.length))
      : undefined;
    if (entry === undefined) throw missingFile(name);
    return entry;
  }

  fileLength(name: string): number {
    return this.entryOf(name).length;
  }

  openInput(name: string): IndexInput {
    const { offset, length } = this.entryOf(name);
    return new IndexInput(this.source, this.handle.sliceStart + offset, length, name);
  }

  createOutput(name: string): IndexOutput {
    throw readOnly(name);
  }
  deleteFile(name: string): void {
    throw readOnly(name);
  }
  rename(source: string): void {
    throw readOnly(source);
  }
  sync(): void {}
  syncMetadata(): void {}

  /** Compares the checksum of the whole .cfs. */
  checkIntegrity(): void {
    checksumEntireFile(this.handle);
  }

  close(): void {
    this.handle.close();
  }
}

function readOnly(name: string): Error {
  return unsupported(`Compound files are read-only, cannot change [${name}]`);
}

// Parts close what they opened; the file itself belongs to the compound reader.
function unclosed(source: PageSource): PageSource {
  return {
    name: source.name,
    length: source.length,
    pageBytes: source.pageBytes,
    page: (index) => source.page(index),
    readInto: (target, offset, position, length) => {
      source.readInto(target, offset, position, length);
    },
    prefetch: (position, length) => source.prefetch?.(position, length),
    close() {},
  };
}

function readEntries(directory: Directory, info: SegmentInfo, codec: string): Map<string, Entry> {
  return readChecksumFile(directory, segmentFileName(info.name, "", "cfe"), (input) => {
    checkIndexHeader(input, codec, VERSION, VERSION, info.id, "");
    const count = input.readCount("compound entries", 17);
    const entries = new Map<string, Entry>();
    for (let i = 0; i < count; i++) {
      const name = input.readString(1024);
      const offset = input.readLongNumber();
      const length = input.readLongNumber();
      if (entries.has(name) || offset < 0 || length < 0) {
        throw corrupt(`Invalid compound entry [${name}]`, { file: input.name, offset, length });
      }
      entries.set(name, { offset, length });
    }
    return entries;
  });
}
