// What a store owes (blob-store.ts), as checks that can be run on any store: the conformance suite
// runs them on fresh stores, `varve doctor` on a live one. Each works below `folder`, which is
// empty when it begins, rejects with a CheckFailure when the store breaks the contract, and with
// the store's own error when a call fails that should not.

import { VarveError } from "../../base/index.ts";
import type { BlobStore } from "../blob-store.ts";

/** The store answered something else than it owes. */
export class CheckFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CheckFailure";
  }
}

/** Where a check works. */
export interface CheckPlace {
  readonly store: BlobStore;
  /** "" for the root. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** The full name of a blob of this place. */
export function nameAt(place: CheckPlace, name: string): string {
  return place.folder === "" ? name : `${place.folder}/${name}`;
}

function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CheckFailure(message);
}

/** Puts a text. */
export function putText(
  place: CheckPlace,
  name: string,
  text: string,
  ifAbsent = false,
): Promise<void> {
  const { signal } = place;
  return place.store.put(nameAt(place, name), Buffer.from(text), { ifAbsent, signal });
}

async function readRange(place: CheckPlace, name: string, offset: number, length: number) {
  const parts: Uint8Array[] = [];
  const range = place.store.read(nameAt(place, name), offset, length, place.signal);
  for await (const part of range) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

/** The error's kind, or undefined where the action succeeds; what is no VarveError is thrown. */
async function refusal(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    if (error instanceof VarveError) return error.kind;
    throw error;
  }
}

/** `get` answers what `put` stored, also of an empty blob and in a new folder. */
export async function checkReadAfterWrite(place: CheckPlace): Promise<void> {
  for (const [name, text] of [
    ["plain", "hello"],
    ["new/folder/blob.dat", "deep"],
    ["empty", ""],
  ] as const) {
    await putText(place, name, text);
    const found = textOf(await place.store.get(nameAt(place, name), place.signal));
    demand(found === text, `wrote [${text}] to [${name}], then read [${found.slice(0, 50)}]`);
  }
}

/** `put` replaces, and whoever reads next sees it. */
export async function checkOverwrite(place: CheckPlace): Promise<void> {
  await putText(place, "again", "first");
  for (const text of ["second, longer", "3rd"]) {
    await putText(place, "again", text);
    const found = textOf(await place.store.get(nameAt(place, "again"), place.signal));
    demand(found === text, `overwrote a blob with [${text}], then read [${found}]`);
  }
}

/** `list` shows at once what was put, with lengths, by folder and prefix; `listFolders` too. */
export async function checkListAfterWrite(place: CheckPlace): Promise<void> {
  const { store, signal } = place;
  const blobs = { "f/a1": "22", "f/a2": "333", "f/b": "4444", "f/sub/deep": "5" };
  for (const [name, text] of Object.entries(blobs)) await putText(place, name, text);
  const folder = nameAt(place, "f");
  const shown = (found: ReadonlyMap<string, number>) =>
    [...found]
      .map(([name, length]) => `${name}=${length}`)
      .sort()
      .join(" ");
  const all = shown(await store.list(folder, "", signal));
  demand(all === "a1=2 a2=3 b=4", `wrote a1=2 a2=3 b=4, the list shows [${all}]`);
  const some = shown(await store.list(folder, "a", signal));
  demand(some === "a1=2 a2=3", `the list of the prefix [a] shows [${some}]`);
  const none = shown(await store.list(nameAt(place, "none"), "", signal));
  demand(none === "", `the list of a folder without blobs shows [${none}]`);
  const folders = (await store.listFolders(folder, signal)).join(" ");
  demand(folders === "sub", `the folder holds [sub], the list shows [${folders}]`);
}

/** Ranges: inside, to the end, of no bytes, and one that goes beyond the end. */
export async function checkRanges(place: CheckPlace): Promise<void> {
  const text = "0123456789abcdef".repeat(64);
  await putText(place, "ranges", text);
  for (const [offset, length] of [
    [0, 1],
    [5, 10],
    [1, text.length - 2],
    [text.length - 1, 1],
    [0, text.length],
    [text.length, 0],
  ] as const) {
    const found = (await readRange(place, "ranges", offset, length)).toString();
    const right = found === text.slice(offset, offset + length);
    demand(right, `asked for ${length} bytes at ${offset}, got ${found.length} others`);
  }
  for (const [offset, length] of [
    [text.length - 2, 3],
    [text.length, 1],
    [text.length + 5, 1],
  ] as const) {
    const kind = await refusal(readRange(place, "ranges", offset, length));
    demand(
      kind === "corrupt",
      `${length} bytes at ${offset} lie beyond the end: ${kind ?? "read"}`,
    );
  }
}

/** A blob that is not there is `missing`, however it is asked for. */
export async function checkMissing(place: CheckPlace): Promise<void> {
  const whole = await refusal(place.store.get(nameAt(place, "nowhere/at-all"), place.signal));
  demand(whole === "missing", `get of a blob that is not there: ${whole ?? "read"}`);
  const range = await refusal(readRange(place, "nowhere", 0, 1));
  demand(range === "missing", `read of a blob that is not there: ${range ?? "read"}`);
}

/** `ifAbsent` refuses a name that is taken, and keeps its blob. */
export async function checkPutIfAbsent(place: CheckPlace): Promise<void> {
  await putText(place, "index-1", "a", true);
  const kind = await refusal(putText(place, "index-1", "b", true));
  demand(kind === "conflict", `a put of a taken name with ifAbsent: ${kind ?? "stored"}`);
  const found = textOf(await place.store.get(nameAt(place, "index-1"), place.signal));
  demand(found === "a", `a refused put changed the blob to [${found}]`);
}

/** Of several writers at once exactly one wins, and its bytes stay. */
export async function checkPutIfAbsentRace(
  place: CheckPlace,
  options: { readonly writers: number; readonly rounds: number },
): Promise<void> {
  for (let round = 0; round < options.rounds; round++) {
    const name = `race/${round}`;
    const writers = Array.from({ length: options.writers }, (_, writer) =>
      refusal(putText(place, name, `writer ${writer}`, true)),
    );
    const results = await Promise.all(writers);
    const winners = results.flatMap((kind, writer) => (kind === undefined ? [writer] : []));
    const others = results.filter((kind) => kind !== undefined && kind !== "conflict");
    demand(others.length === 0, `losers of a race were told ${[...new Set(others)].join(", ")}`);
    demand(
      winners.length === 1,
      `${winners.length} of ${options.writers} writers won round ${round + 1}`,
    );
    const found = textOf(await place.store.get(nameAt(place, name), place.signal));
    demand(found === `writer ${winners[0]}`, `writer ${winners[0]} won, [${found}] is stored`);
  }
}

/** A stream of `bytes` in uneven parts (in several requests, where the store has them). */
export async function checkLargePut(place: CheckPlace, bytes: number): Promise<void> {
  const { store, signal } = place;
  const whole = Buffer.alloc(bytes, "0123456789abcdefghijklmnopqrstuvwxyz");
  const parts = [whole.subarray(0, 7), whole.subarray(7, bytes - 11), whole.subarray(bytes - 11)];
  await store.put(nameAt(place, "large"), { length: bytes, open: () => parts }, { signal });
  const read = await readRange(place, "large", 0, bytes);
  demand(Buffer.compare(read, whole) === 0, `${bytes} bytes in a stream were read as others`);
  const middle = await readRange(place, "large", 1, bytes - 2);
  const right = Buffer.compare(middle, whole.subarray(1, -1)) === 0;
  demand(right, "a range of the large blob was read as other bytes");
}

/** A put that breaks off leaves nothing behind: a stream of `bytes` that ends too soon. */
export async function checkAbortedPut(place: CheckPlace, bytes: number): Promise<void> {
  const { store, signal } = place;
  const parts = [Buffer.alloc(bytes >> 1), Buffer.alloc((bytes >> 1) - 1)];
  const content = { length: bytes, open: () => parts };
  const kind = await refusal(store.put(nameAt(place, "aborted/blob"), content, { signal }));
  demand(kind !== undefined, "a stream shorter than announced was stored");
  const left = [...(await store.list(nameAt(place, "aborted"), "", signal)).keys()];
  demand(left.length === 0, `a put that broke off left [${left}]`);
}

const ODD_NAMES = ["ü 日本", "a b+c%20", "A", "a", "dots...", "-dash", "#hash?&=", "x;y", "(1)'!*"];

/** Names of any characters are kept apart and listed as they are. */
export async function checkOddNames(place: CheckPlace): Promise<void> {
  for (const name of ODD_NAMES) await putText(place, `odd/${name}`, name);
  const found = [...(await place.store.list(nameAt(place, "odd"), "", place.signal)).keys()];
  const right = found.sort().join("\0") === [...ODD_NAMES].sort().join("\0");
  demand(right, `wrote ${JSON.stringify(ODD_NAMES)}, the list shows ${JSON.stringify(found)}`);
  for (const name of ODD_NAMES) {
    const text = textOf(await place.store.get(nameAt(place, `odd/${name}`), place.signal));
    demand(text === name, `blob [${name}] was read as [${text}]`);
  }
}

/** What is deleted is gone at once, and what is not there is no error. */
export async function checkDelete(place: CheckPlace): Promise<void> {
  const { store, signal } = place;
  await putText(place, "gone/one", "x");
  await store.delete([nameAt(place, "gone/one")], signal);
  const kind = await refusal(store.get(nameAt(place, "gone/one"), signal));
  demand(kind === "missing", `get of a deleted blob: ${kind ?? "read"}`);
  const left = [...(await store.list(nameAt(place, "gone"), "", signal)).keys()];
  demand(left.length === 0, `the list still shows deleted blobs: [${left}]`);
  await store.delete([nameAt(place, "gone/one")], signal);
}

/** Many at once, one of them not there; the rest stays. */
export async function checkBatchDelete(place: CheckPlace): Promise<void> {
  const { store, signal } = place;
  for (const name of ["a", "b", "c", "keep"]) await putText(place, `batch/${name}`, name);
  const names = ["a", "missing", "b", "none/x", "c"].map((name) => nameAt(place, `batch/${name}`));
  await store.delete(names, signal);
  const left = [...(await store.list(nameAt(place, "batch"), "", signal)).keys()];
  demand(left.join() === "keep", `deleted all but [keep], the list shows [${left}]`);
}

/** A folder is deleted with what is below it, and nothing beside it. */
export async function checkDeleteTree(place: CheckPlace, countsExactly = true): Promise<void> {
  const { store, signal } = place;
  for (const name of ["t/x", "t/u/y", "tt/z"]) await putText(place, `tree/${name}`, name);
  const removed = await store.deleteTree(nameAt(place, "tree/t"), signal);
  const counted = `${removed.blobs} blobs, ${removed.bytes} bytes`;
  demand(!countsExactly || counted === "2 blobs, 8 bytes", `of 2 blobs, 8 bytes: ${counted}`);
  const again = await store.deleteTree(nameAt(place, "tree/t"), signal);
  demand(again.blobs === 0, `a folder without blobs was deleted with ${again.blobs}`);
  const left = (await store.listFolders(nameAt(place, "tree"), signal)).join();
  demand(left === "tt", `deleted [t] beside [tt], the list shows [${left}]`);
}
