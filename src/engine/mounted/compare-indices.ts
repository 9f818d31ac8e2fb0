// What changed between an index in two snapshots, by document: added, changed, deleted.
//
// Segments that both snapshots hold with the same files (live documents included) hold the same
// documents and are left out. Of the others, the first snapshot's documents go into a table of
// hashes: 8 bytes of the id's and 8 of the content's a document. The second snapshot's are looked
// up in it; what was not found in the end was deleted, and its ids are read once more. An index too
// large for the table is walked several times, each for a part of the ids.
// A document is known by its id and routing, and equal when its source is, byte for byte; versions
// are not compared.

import { createHash } from "node:crypto";
import { segmentCommitFiles } from "../../lucene/index/index.ts";
import { withPages } from "../../lucene/store/index.ts";
import { forEachDocument } from "./for-each-document.ts";
import type { MountedIndex } from "./mounted-index.ts";
import type { MountedShard } from "./mounted-shard.ts";
import type { RootDocument } from "./shard-documents.ts";

/** Documents of one table: 16 bytes each, and as much room again. */
const TABLE_DOCUMENTS_MAX = 3_000_000;

/** A document that differs. */
export interface DocumentDifference {
  readonly kind: "added" | "changed" | "deleted";
  readonly id: string;
  readonly routing?: string;
}

/** How many documents differ. */
export interface DifferenceCounts {
  added: number;
  changed: number;
  deleted: number;
}

/** Leaves of a shard that the other snapshot does not hold just so. */
interface Part {
  readonly shard: MountedShard;
  readonly leaves: ReadonlySet<number>;
}

/** Compares; `report` hears of each difference, in no order. */
export async function compareDocuments(
  before: MountedIndex,
  after: MountedIndex,
  report: (difference: DocumentDifference) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<DifferenceCounts> {
  const [old, now] = differentLeaves(before, after);
  const counts: DifferenceCounts = { added: 0, changed: 0, deleted: 0 };
  const tell = (kind: DocumentDifference["kind"], { id, routing }: RootDocument) => {
    counts[kind]++;
    return report({ kind, id, ...(routing === undefined ? {} : { routing }) });
  };
  const documents = old.reduce((sum, part) => sum + documentsOf(part), 0);
  const rounds = Math.max(1, Math.ceil(documents / TABLE_DOCUMENTS_MAX));
  for (let round = 0; round < rounds; round++) {
    const table = new HashTable(Math.ceil((documents / rounds) * 1.1) + 16);
    const isMine = (id: Hash) => id.low % rounds === round;
    await walk(old, true, isMine, signal, (_, id, content) => table.add(id, content));
    await walk(now, true, isMine, signal, (document, id, content) => {
      const found = table.take(id, content);
      return found === "equal" ? undefined : tell(found === "missing" ? "added" : found, document);
    });
    if (table.left === 0) continue;
    await walk(old, false, isMine, signal, (document, id) =>
      table.isLeft(id) ? tell("deleted", document) : undefined,
    );
  }
  return counts;
}

/** Each snapshot's leaves that the other one lacks. */
function differentLeaves(before: MountedIndex, after: MountedIndex): [Part[], Part[]] {
  const [old, now] = [signatures(before), signatures(after)];
  const [oldSet, nowSet] = [new Set(old.values()), new Set(now.values())];
  return [partsOf(old, nowSet), partsOf(now, oldSet)];
}

function signatures(index: MountedIndex): Map<readonly [MountedShard, number], string> {
  const found = new Map<readonly [MountedShard, number], string>();
  for (const shard of index.openShards()) {
    for (const [leaf, { reader }] of shard.reader.leaves.entries()) {
      const names = segmentCommitFiles(reader.commitInfo);
      const parts = names.sort().map((name) => shard.directory.identityOf(name));
      found.set([shard, leaf], `${shard.shard} ${parts.join(" ")}`);
    }
  }
  return found;
}

function partsOf(
  leaves: ReadonlyMap<readonly [MountedShard, number], string>,
  others: ReadonlySet<string>,
): Part[] {
  const parts = new Map<MountedShard, Set<number>>();
  for (const [[shard, leaf], signature] of leaves) {
    if (others.has(signature)) continue;
    const set = parts.get(shard) ?? new Set();
    parts.set(shard, set.add(leaf));
  }
  return [...parts].map(([shard, set]) => ({ shard, leaves: set }));
}

function documentsOf({ shard, leaves }: Part): number {
  let sum = 0;
  for (const leaf of leaves) sum += shard.reader.leaves[leaf]!.reader.numDocs;
  return sum;
}

/** 64 bits of a hash, in halves. */
interface Hash {
  readonly high: number;
  readonly low: number;
}

async function walk(
  parts: readonly Part[],
  withContent: boolean,
  isMine: (id: Hash) => boolean,
  signal: AbortSignal | undefined,
  visit: (document: RootDocument, id: Hash, content: Hash) => Promise<void> | void,
): Promise<void> {
  for (const { shard, leaves } of parts) {
    const docsOf = (leaf: number) =>
      leaves.has(leaf) ? allDocs(shard.reader.leaves[leaf]!.reader.maxDoc) : [];
    // Opening stored fields of every leaf beforehand lets far ones come in one round.
    await withPages(() => shard.reader.leaves.forEach(({ reader }) => void reader.storedFields()));
    const options = { docsOf, withoutSource: !withContent };
    await forEachDocument(
      shard,
      options,
      (document) => {
        const id = hashOf(document);
        if (!isMine(id)) return undefined;
        return visit(document, id, withContent ? contentHash(document) : id);
      },
      signal,
    );
  }
}

function* allDocs(maxDoc: number): Iterable<number> {
  for (let doc = 0; doc < maxDoc; doc++) yield doc;
}

function hashOf({ id, type, routing }: RootDocument): Hash {
  return digest(createHash("sha1").update(`${type ?? ""}\0${routing ?? ""}\0${id}`));
}

function contentHash({ source }: RootDocument): Hash {
  return digest(createHash("sha1").update(source ?? ""));
}

function digest(hash: ReturnType<typeof createHash>): Hash {
  const bytes = hash.digest();
  return { high: bytes.readUInt32LE(0), low: bytes.readUInt32LE(4) };
}

/** Contents by id, open addressing; ids and contents are 64-bit hashes. */
class HashTable {
  left = 0;
  private readonly mask: number;
  /** A slot: id high, id low, content high, content low. */
  private readonly slots: Uint32Array;
  /** 0 free, 1 held, 2 taken. */
  private readonly states: Uint8Array;

  constructor(documents: number) {
    let size = 64;
    while (size < documents * 1.4) size *= 2;
    this.mask = size - 1;
    this.slots = new Uint32Array(size * 4);
    this.states = new Uint8Array(size);
  }

  /** The slot of an id, or the free one where it belongs. */
  private slotOf({ high, low }: Hash): number {
    for (let slot = (high ^ low) & this.mask; ; slot = (slot + 1) & this.mask) {
      if (this.states[slot] === 0) return slot;
      if (this.slots[slot * 4] === high && this.slots[slot * 4 + 1] === low) return slot;
    }
  }

  add(id: Hash, content: Hash): void {
    const slot = this.slotOf(id);
    if (this.states[slot] === 0) this.left++;
    this.states[slot] = 1;
    this.slots.set([id.high, id.low, content.high, content.low], slot * 4);
  }

  take(id: Hash, content: Hash): "missing" | "equal" | "changed" {
    const slot = this.slotOf(id);
    if (this.states[slot] === 0) return "missing";
    if (this.states[slot] === 1) this.left--;
    this.states[slot] = 2;
    const same =
      this.slots[slot * 4 + 2] === content.high && this.slots[slot * 4 + 3] === content.low;
    return same ? "equal" : "changed";
  }

  isLeft(id: Hash): boolean {
    return this.states[this.slotOf(id)] === 1;
  }
}
