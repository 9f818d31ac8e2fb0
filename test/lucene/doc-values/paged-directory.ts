// A directory whose files come in small pages, as a disk's or a blob's do: reads cross pages at
// every turn, and pages are shared by all inputs.

import { IndexInput, MemoryDirectory, type PageSource } from "../../../src/lucene/store/index.ts";

/** A memory directory that hands out pages of `pageBytes` (a power of two). */
export class PagedDirectory extends MemoryDirectory {
  private readonly pageBytes: number;

  constructor(files: ReadonlyMap<string, Uint8Array>, pageBytes: number) {
    super();
    this.pageBytes = pageBytes;
    for (const [name, bytes] of files) this.files.set(name, bytes);
  }

  override openInput(name: string): IndexInput {
    const bytes = this.files.get(name)!;
    const { pageBytes } = this;
    const source: PageSource = {
      name,
      length: bytes.length,
      pageBytes,
      page: (index) => bytes.slice(index * pageBytes, (index + 1) * pageBytes),
      readInto(target, targetOffset, position, length) {
        target.set(bytes.subarray(position, position + length), targetOffset);
      },
      close() {},
    };
    return new IndexInput(source);
  }
}
