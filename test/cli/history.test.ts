// `varve log`, `diff` and `find` on series that real servers wrote: each document's history and
// each difference follow from the golden documents of every snapshot.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { fixtureExpected, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";

const SERIES = ["os1.3.0-series", "os2.19.6-series", "os3.6.0-series", "es6.8.23-series"];

interface Golden {
  readonly id: string;
  readonly source: string | null;
  readonly version: number;
}

/** Documents of an index in a snapshot by id, or undefined where it holds no such index. */
function documentsOf(
  expected: any,
  snapshot: string,
  index: string,
): Map<string, Golden> | undefined {
  const found = expected.snapshots[snapshot]?.indices?.[index];
  if (found === undefined) return undefined;
  const documents = found.documents ?? documentsOf(expected, found.documents_as_in, index);
  if (documents instanceof Map) return documents;
  return new Map(
    documents.map((item: any) => [
      item._id,
      { id: item._id, source: item._source, version: item._version },
    ]),
  );
}

/** Snapshots that are there in the end, in the order of their numbers, without clones. */
function snapshotsOf(expected: any): string[] {
  return Object.entries<any>(expected.snapshots)
    .filter(([, value]) => value.deleted !== true && value.clone_of === undefined)
    .map(([name]) => name)
    .sort();
}

describe.each(SERIES)("%s", (name) => {
  let fixture: UnpackedFixture;
  const expected = fixtureExpected(name);
  const snapshots = snapshotsOf(expected);
  beforeEach(() => {
    fixture = unpackFixture(name);
  });
  afterEach(() => fixture.remove());

  test("diff finds the documents that were added, changed and deleted", async () => {
    for (let at = 1; at < snapshots.length; at++) {
      const [before, after] = [snapshots[at - 1]!, snapshots[at]!];
      const flags = ["--docs", "--ids", "--json"];
      const outcome = await runVarve(["diff", fixture.repository, before, after, ...flags]);
      expect(outcome.stderr).toBe("");
      const { indices, documents } = outcome.json();
      for (const row of indices) {
        const [old, now] = [before, after].map((snapshot) =>
          documentsOf(expected, snapshot, row.index),
        );
        const partial = [before, after].some((snapshot) => snapshot.includes("partial"));
        if (old === undefined || now === undefined) {
          expect(["added", "removed"]).toContain(row.change);
          continue;
        }
        if (partial) continue;
        const wanted = { added: 0, changed: 0, deleted: 0 };
        const ids = new Map<string, string>();
        for (const [id, golden] of now) {
          const earlier = old.get(id);
          const kind = earlier === undefined ? "added" : "changed";
          if (earlier !== undefined && earlier.source === golden.source) continue;
          wanted[kind]++;
          ids.set(id, kind);
        }
        for (const id of old.keys()) {
          if (now.has(id)) continue;
          wanted.deleted++;
          ids.set(id, "deleted");
        }
        expect(row.documents ?? { added: 0, changed: 0, deleted: 0 }).toEqual(wanted);
        const found = documents.filter((item: any) => item.index === row.index);
        expect(new Map(found.map((item: any) => [item.id, item.kind]))).toEqual(ids);
      }
    }
  });

  test("log tells when a document was created, changed and deleted", async () => {
    const index = Object.keys(expected.snapshots[snapshots[0]!].indices)[0]!;
    const ids = new Set<string>();
    for (const snapshot of snapshots) {
      for (const id of documentsOf(expected, snapshot, index)?.keys() ?? []) ids.add(id);
    }
    for (const id of [...ids].filter((_, at) => at % 17 === 0)) {
      const flags = ["--all", "--json"];
      const outcome = await runVarve(["log", fixture.repository, index, id, ...flags]);
      const { history } = outcome.json();
      let last: Golden | undefined;
      for (const snapshot of snapshots) {
        const documents = documentsOf(expected, snapshot, index);
        if (documents === undefined || snapshot.includes("partial")) continue;
        const now = documents.get(id);
        const entry = history.find((item: any) => item.snapshot === snapshot);
        const event =
          now === undefined
            ? last === undefined
              ? "absent"
              : "deleted"
            : last === undefined
              ? "created"
              : last.source === now.source
                ? "unchanged"
                : "changed";
        expect([snapshot, entry.event]).toEqual([snapshot, event]);
        expect(entry._version).toBe(now?.version);
        last = now;
      }
    }
  });

  test("find counts a document's snapshots", async () => {
    const index = Object.keys(expected.snapshots[snapshots[0]!].indices)[0]!;
    const [id] = documentsOf(expected, snapshots[0]!, index)!.keys();
    const flags = ["--index", index, "--json"];
    const outcome = await runVarve(["find", fixture.repository, `_id:"${id}"`, ...flags]);
    const found = new Set(outcome.json().found.map((row: any) => row.snapshot));
    for (const snapshot of snapshots) {
      const documents = documentsOf(expected, snapshot, index);
      if (documents === undefined || snapshot.includes("partial")) continue;
      expect([snapshot, found.has(snapshot)]).toEqual([snapshot, documents.has(id!)]);
    }
    const none = await runVarve(["find", fixture.repository, "_id:nobody-has-this"]);
    expect(none.code).toBe(1);
  });
});
