// A folder whose writer can be told to give up: every part that an output hands over asks first. A
// merge is one long synchronous call, and this is where it stops.

import { type ByteSink, IndexOutput } from "../../lucene/store/index.ts";
import { FsDirectory } from "../store/fs-directory.ts";
import { PageCache } from "../store/page-cache.ts";

/** Reads of a merge go through once, so that they need little memory. */
const MERGE_CACHE_BYTES = 8 * 1024 * 1024;

/** A folder for one task; `checkCancelled` throws once the caller has given up. */
export class CancellableDirectory extends FsDirectory {
  private readonly checkCancelled: () => void;

  constructor(path: string, checkCancelled: () => void) {
    super(path, undefined, new PageCache(MERGE_CACHE_BYTES));
    this.checkCancelled = checkCancelled;
  }

  override createOutput(name: string): IndexOutput {
    this.checkCancelled();
    const output = this.createSink(name);
    const sink: ByteSink = {
      write: (bytes) => {
        this.checkCancelled();
        output.write(bytes);
      },
      close: () => output.close(),
    };
    return new IndexOutput(name, sink);
  }
}
