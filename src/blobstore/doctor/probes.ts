// What `varve doctor` tries, in this order. Permissions come first, one by one; then what the store
// promises with them; clock and speed at last.

import type { BlobStoreCapabilities } from "../blob-store.ts";
import type { Probe, ProbePlace, ProbeRemark } from "./probe.ts";
import {
  CheckFailure,
  checkAbortedPut,
  checkBatchDelete,
  checkDelete,
  checkDeleteTree,
  checkLargePut,
  checkListAfterWrite,
  checkMissing,
  checkOddNames,
  checkOverwrite,
  checkPutIfAbsent,
  checkPutIfAbsentRace,
  checkRanges,
  checkReadAfterWrite,
  nameAt,
  putText,
} from "./store-checks.ts";

/** More than one request where a store has an upload in parts (of 5 MB at least, as S3 wants). */
const LARGE_BYTES = 6 * 1024 * 1024;
const RACE = { writers: 16, rounds: 3 };
/** S3 refuses requests whose clock is 15 minutes off; signed URLs and tokens are narrower. */
const SKEW_MS_MAX = 5 * 60_000;
const SPEED_ROUNDS = 8;

/** The probe by its name that tests a permission. */
const PERMISSION_PROBES = { list: "list", put: "put", get: "get", delete: "delete" } as const;

/** A probe that checks and has nothing to remark. */
function check(
  name: string,
  title: string,
  actions: Probe["actions"],
  message: string,
  run: (place: ProbePlace) => Promise<void>,
): Probe {
  return {
    name,
    title,
    actions,
    needs: actions.map((action) => PERMISSION_PROBES[action]).filter((need) => need !== name),
    skip: skipUnlessWritten,
    async run(place) {
      await run(place);
      return { message };
    },
  };
}

function skipUnlessWritten(capabilities: BlobStoreCapabilities): string | undefined {
  return capabilities.write ? undefined : "the repository is only read";
}

const LIST: Probe = {
  name: "list",
  title: "list the repository's folder",
  actions: ["list"],
  needs: [],
  skip: (capabilities) => (capabilities.list ? undefined : "the store has no lists"),
  async run({ store, basePath, signal }) {
    const blobs = await store.list(basePath, "", signal);
    const roots = [...blobs.keys()].filter((name) => /^index-\d+$/.test(name)).length;
    if (roots === 0) return { message: `${blobs.size} blobs, no repository yet` };
    return { message: `${blobs.size} blobs, among them a repository's root` };
  },
};

const LATEST: Probe = {
  name: "read-repository",
  title: "read the repository's index.latest",
  actions: ["get"],
  needs: [],
  skip: (capabilities) =>
    capabilities.list && capabilities.write ? "the probes below read" : undefined,
  async run({ store, basePath, signal }) {
    const prefix = basePath === "" ? "" : `${basePath}/`;
    const latest = Buffer.from(await store.get(`${prefix}index.latest`, signal));
    if (latest.length !== 8) {
      throw new CheckFailure(`index.latest has ${latest.length} bytes instead of 8`);
    }
    const root = `${prefix}index-${latest.readBigUInt64BE()}`;
    const whole = await store.get(root, signal);
    const half = whole.length >> 1;
    const parts: Uint8Array[] = [];
    for await (const part of store.read(root, half, whole.length - half, signal)) {
      parts.push(Uint8Array.from(part));
    }
    if (Buffer.compare(Buffer.concat(parts), whole.subarray(half)) !== 0) {
      throw new CheckFailure(`a range of ${root} is not what the whole blob holds there`);
    }
    return { message: `${root}: ${whole.length} bytes, whole and as a range` };
  },
};

const CLOCK: Probe = {
  name: "clock",
  title: "compare the clocks",
  actions: [],
  needs: [],
  async run({ store, clock, signal }) {
    const before = clock.now();
    const theirs = await store.serverTime?.(signal);
    if (theirs === undefined) return { message: "the store does not say its time" };
    const skew = Math.round(theirs - (before + clock.now()) / 2);
    // The header has whole seconds.
    const shown = Math.abs(skew) < 1500 ? "less than 2 s" : `${(skew / 1000).toFixed(0)} s`;
    if (Math.abs(skew) > SKEW_MS_MAX) {
      throw new CheckFailure(`the store's clock differs from this machine's by ${shown}`);
    }
    return { message: `they differ by ${shown}`, figures: { skew_millis: skew } };
  },
};

const SPEED: Probe = {
  name: "speed",
  title: "measure latency and throughput",
  actions: ["put", "get"],
  needs: ["put", "get"],
  skip: skipUnlessWritten,
  run: measureSpeed,
};

async function measureSpeed(place: ProbePlace): Promise<ProbeRemark> {
  const { store, clock, signal } = place;
  const timed = async (action: () => Promise<unknown>) => {
    const start = clock.monotonic();
    await action();
    return clock.monotonic() - start;
  };
  const [puts, gets]: [number[], number[]] = [[], []];
  for (let round = 0; round < SPEED_ROUNDS; round++) {
    puts.push(await timed(() => putText(place, `small-${round}`, "x".repeat(100))));
    gets.push(await timed(() => store.get(nameAt(place, `small-${round}`), signal)));
  }
  const content = { length: LARGE_BYTES, open: () => [place.random.bytes(LARGE_BYTES)] };
  const wrote = await timed(() => store.put(nameAt(place, "speed"), content, { signal }));
  const read = await timed(async () => {
    for await (const _ of store.read(nameAt(place, "speed"), 0, LARGE_BYTES, signal));
  });
  const rate = (millis: number) => Math.round((LARGE_BYTES * 1000) / Math.max(millis, 0.1));
  const figures = {
    put_millis: round1(median(puts)),
    get_millis: round1(median(gets)),
    write_bytes_per_second: rate(wrote),
    read_bytes_per_second: rate(read),
  };
  const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(bytes < 10e6 ? 1 : 0)} MB/s`;
  return {
    message:
      `put ${figures.put_millis} ms, get ${figures.get_millis} ms, ` +
      `writes ${mb(figures.write_bytes_per_second)}, reads ${mb(figures.read_bytes_per_second)}`,
    figures,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

const IF_ABSENT: Probe = {
  name: "put-if-absent",
  title: "put only what is not there yet",
  actions: ["put", "get"],
  needs: ["put", "get"],
  skip: skipUnlessWritten,
  async run(place) {
    await checkPutIfAbsent(place);
    if (place.store.capabilities.putIfAbsent) return { message: "a taken name is refused" };
    throw new CheckFailure(
      "a taken name is refused by looking first, not by the store: of two writers at once both win",
    );
  },
};

const RACE_PROBE: Probe = {
  ...check(
    "put-if-absent-race",
    `let ${RACE.writers} writers put one name at once`,
    ["put", "get"],
    `one winner in each of ${RACE.rounds} rounds`,
    (place) => checkPutIfAbsentRace(place, RACE),
  ),
  needs: ["put-if-absent"],
};

/** All probes, in their order. */
export const PROBES: readonly Probe[] = [
  LIST,
  LATEST,
  check("put", "put a blob", ["put"], "stored", (place) => putText(place, "put", "x")),
  check(
    "get",
    "read what was just put",
    ["get", "put"],
    "it is there at once",
    checkReadAfterWrite,
  ),
  check("ranges", "read ranges", ["get", "put"], "right, also at the end", checkRanges),
  check("missing", "read what is not there", ["get"], "told apart from a failure", checkMissing),
  check("overwrite", "replace a blob", ["put", "get"], "the new one is read", checkOverwrite),
  check("list-after-put", "list what was just put", ["list", "put"], "listed", checkListAfterWrite),
  IF_ABSENT,
  RACE_PROBE,
  check("large-put", "put and read a large blob", ["put", "get"], "6 MB", (place) =>
    checkLargePut(place, LARGE_BYTES),
  ),
  check("aborted-put", "break off a large put", ["put", "list"], "nothing is left", (place) =>
    checkAbortedPut(place, LARGE_BYTES),
  ),
  check("names", "use unusual names", ["put", "get", "list"], "kept apart", checkOddNames),
  check("delete", "delete a blob", ["delete", "put", "get", "list"], "gone at once", checkDelete),
  check("delete-batch", "delete many", ["delete", "put", "list"], "gone", checkBatchDelete),
  check("delete-folder", "delete a folder", ["delete", "put", "list"], "gone", checkDeleteTree),
  CLOCK,
  SPEED,
];
