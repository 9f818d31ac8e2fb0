// Seeded random operations on an IndexWriter against a model in plain maps. After each burst the
// reader must show what the model holds; at the end CheckIndex judges the folder.
// A failure prints its seed: rerun with it.

import { expect, test } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import type { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import { type MergeDescription, runMerge } from "../../../src/lucene/index/merge-segments.ts";
import { documentOf, tombstoneOf } from "./documents.ts";
import { byId, documentsOf, judge, openFolderWriter, withFolder } from "./writer-support.ts";

class Actor {
  readonly model = new Map<string, string>();
  committed = new Map<string, string>();
  private readonly pending: MergeDescription[] = [];
  private readonly random: () => number;
  private counter = 0;

  constructor(seed: number) {
    const source = seededRandom(seed);
    this.random = () => source.next();
  }

  pick(count: number): number {
    return Math.floor(this.random() * count);
  }

  act(writer: IndexWriter): void {
    const id = String(this.pick(60));
    const kind = this.pick(100);
    if (kind < 50) {
      const i = 1000 + this.counter++;
      writer.softUpdateDocuments(byId(id), [documentOf(i, id)]);
      this.model.set(id, JSON.stringify({ i, id }));
    } else if (kind < 65) {
      writer.softUpdateDocuments(byId(id), [tombstoneOf(id)]);
      this.model.delete(id);
    } else if (kind < 72) {
      writer.deleteDocuments(byId(id));
      this.model.delete(id);
    } else if (kind < 84) {
      writer.flush();
    } else if (kind < 88) {
      writer.commit();
      this.committed = new Map(this.model);
    } else if (kind < 94) {
      if (this.pending.length === 0) {
        const count = 1 + this.pick(3);
        this.pending.push(...writer.planMerges({ kind: "force", maxSegments: count }));
      } else {
        this.finishMerge(writer);
      }
    } else if (kind < 96) {
      while (this.pending.length > 0) this.finishMerge(writer);
      writer.forceMerge(1 + this.pick(2));
    } else if (kind < 98) {
      while (this.pending.length > 0) this.finishMerge(writer);
      writer.forceMergeDeletes();
    } else {
      writer.getReader().close();
    }
  }

  finishMerge(writer: IndexWriter): void {
    const description = this.pending.shift()!;
    if (this.pick(5) === 0) writer.abortMerge(description);
    else writer.commitMerge(description, runMerge(description, writer.directory));
  }

  forgetMerges(): void {
    this.pending.length = 0;
  }
}

const SEEDS =
  process.env["VARVE_SEED"] === undefined ? [1, 2, 3] : [Number(process.env["VARVE_SEED"])];

test.each(SEEDS)("IndexWriter shows what a model holds after random operations, seed %i", (seed) =>
  withFolder(async (folder) => {
    const actor = new Actor(seed);
    let writer = openFolderWriter(folder, { ramBufferBytes: 300_000 }, seed);
    for (let burst = 0; burst < 25; burst++) {
      for (let i = 0; i < 25; i++) actor.act(writer);
      expect(documentsOf(writer).sources).toEqual(actor.model);
      if (actor.pick(6) > 0) continue;
      const crash = actor.pick(2) === 0;
      if (crash) writer.rollback();
      else writer.close();
      actor.forgetMerges();
      if (crash) {
        actor.model.clear();
        for (const [id, source] of actor.committed) actor.model.set(id, source);
      } else {
        actor.committed = new Map(actor.model);
      }
      writer = openFolderWriter(folder, { ramBufferBytes: 300_000 }, seed + burst);
      expect(documentsOf(writer).sources).toEqual(actor.model);
    }
    writer.close();
    await judge(folder);
  }),
);
