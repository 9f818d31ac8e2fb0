// Goal: whatever call to the directory fails, and for good (a kill, a full disk), the next writer opens
// a committed state: the last commit that was answered, or the one that was being made. Files that were
// not synced are empty by then.
// Method: a fixed script runs over a directory that throws from its n-th call on, for every n.

import { expect, test } from "vitest";
import type { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import { type IndexOutput, MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { documentOf, tombstoneOf } from "./documents.ts";
import { byId, documentsOf, openWriter } from "./writer-support.ts";

class DyingDirectory extends MemoryDirectory {
  callsLeft = Number.POSITIVE_INFINITY;
  calls = 0;
  private readonly durable = new Set<string>();

  private count(): void {
    this.calls++;
    if (--this.callsLeft < 0) throw new Error("killed");
  }

  override createOutput(name: string): IndexOutput {
    this.count();
    return super.createOutput(name);
  }

  override deleteFile(name: string): void {
    this.count();
    super.deleteFile(name);
    this.durable.delete(name);
  }

  override rename(source: string, target: string): void {
    this.count();
    super.rename(source, target);
    if (this.durable.delete(source)) this.durable.add(target);
  }

  override sync(names: readonly string[] = []): void {
    this.count();
    for (const name of names) this.durable.add(name);
  }

  /** What a power failure leaves of files that were never synced: their names. */
  losePower(): void {
    for (const name of this.files.keys()) {
      if (!this.durable.has(name)) this.files.set(name, new Uint8Array(0));
    }
  }

  override syncMetadata(): void {
    this.count();
  }
}

/** Commits three times; `onCommit` gets what each commit holds, before and after it is made. */
function script(
  writer: IndexWriter,
  onCommit: (sources: Map<string, string>, done: boolean) => void,
) {
  const model = new Map<string, string>();
  const put = (i: number, id = String(i)) => {
    writer.softUpdateDocuments(byId(id), [documentOf(i, id)]);
    model.set(id, JSON.stringify({ i, id }));
  };
  const commit = () => {
    onCommit(new Map(model), false);
    writer.commit();
    onCommit(new Map(model), true);
  };
  for (let i = 0; i < 12; i++) put(i);
  writer.flush();
  for (let i = 12; i < 20; i++) put(i);
  commit();
  put(100, "3");
  writer.softUpdateDocuments(byId("4"), [tombstoneOf("4")]);
  model.delete("4");
  writer.deleteDocuments(byId("5"));
  model.delete("5");
  commit();
  writer.forceMerge(1);
  put(101, "6");
  commit();
}

test("IndexWriter opens a committed state wherever the one before died", () => {
  const whole = new DyingDirectory();
  script(openWriter(whole), () => {});
  expect(whole.calls).toBeGreaterThan(50);
  for (let calls = 0; calls < whole.calls; calls++) {
    const directory = new DyingDirectory();
    directory.callsLeft = calls;
    const possible: Map<string, string>[] = [new Map()];
    try {
      script(openWriter(directory), (sources, done) => {
        if (done) possible.length = 0;
        possible.push(sources);
      });
    } catch (error) {
      expect(String(error)).toMatch(/killed|closed/);
    }
    directory.callsLeft = Number.POSITIVE_INFINITY;
    directory.losePower();
    const again = openWriter(directory, {}, calls + 2);
    const found = documentsOf(again).sources;
    expect(possible, `after ${calls} calls`).toContainEqual(found);
    again.addDocuments([documentOf(500)]);
    again.commit();
    const files = again.listCommits().flatMap(({ fileNames }) => fileNames);
    expect(directory.listAll().sort(), `after ${calls} calls`).toEqual([...new Set(files)].sort());
    again.close();
  }
});
