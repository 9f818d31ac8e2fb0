import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeFileIo, seededRandom, systemClock, VarveError } from "../../../../src/base/index.ts";
import { Translog } from "../../../../src/engine/shard/translog/translog.ts";
import type {
  IndexOperation,
  TranslogOperation,
} from "../../../../src/engine/shard/translog/translog-operation.ts";

const UUID = "abcdefghijklmnopqrstuv";
const UTF8 = new TextEncoder();
let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "varve-translog-"));
});
afterEach(() => rmSync(path, { recursive: true }));

function options() {
  return { io: nodeFileIo, path, clock: systemClock, primaryTerm: 1 };
}

function doc(seqNo: number, text = `{"n":${seqNo}}`): IndexOperation {
  return {
    type: "index",
    seqNo,
    primaryTerm: 1,
    version: 1,
    id: `id-${seqNo}`,
    routing: undefined,
    source: UTF8.encode(text),
    autoIdTimestamp: -1,
  };
}

function reopen(uuid = UUID): { translog: Translog; operations: TranslogOperation[] } {
  const operations: TranslogOperation[] = [];
  const translog = Translog.open(options(), uuid, (operation) => operations.push(operation));
  return { translog, operations };
}

function seqNosOf(operations: readonly TranslogOperation[]): number[] {
  return operations.map((operation) => operation.seqNo);
}

function logFile(generation: number): string {
  return join(path, `translog-${generation}.tlog`);
}

async function writeThree(): Promise<void> {
  const translog = Translog.create(options(), UUID);
  for (let i = 0; i < 3; i++) translog.add(doc(i));
  await translog.close();
}

function refusal(action: () => unknown): VarveError {
  try {
    action();
  } catch (error) {
    return error as VarveError;
  }
  throw new Error("nothing was thrown");
}

describe("Translog", () => {
  test("Translog gives back every kind of operation when it is opened again", async () => {
    const operations: TranslogOperation[] = [
      { ...doc(0, "{}"), routing: "Zürich 🏔", autoIdTimestamp: 1_700_000_000_000 },
      { ...doc(1, ""), routing: "", version: 2 ** 53 - 1 },
      { type: "delete", seqNo: 2, primaryTerm: 3, version: 7, id: "x".repeat(512) },
      { type: "no-op", seqNo: 2 ** 40, primaryTerm: 3, reason: "failed to parse" },
    ];
    const translog = Translog.create(options(), UUID);
    for (const operation of operations) translog.add(operation);
    await translog.close();
    const again = reopen();
    expect(again.operations.map(plain)).toEqual(operations.map(plain));
    await again.translog.close();
  });

  test("Translog keeps arbitrary operations when they are rolled over generations", async () => {
    const shape = fc.array(
      fc.record({
        id: fc.string({ unit: "grapheme" }),
        source: fc.uint8Array(),
        roll: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(shape, async (items) => {
        const translog = Translog.create(options(), UUID);
        const added: TranslogOperation[] = items.map((item, seqNo) => {
          const operation = { ...doc(seqNo), id: item.id, source: item.source };
          const location = translog.add(operation);
          expect(plain(translog.readOperation(location)!)).toEqual(plain(operation));
          if (item.roll) translog.rollGeneration();
          return operation;
        });
        await translog.close();
        const again = reopen();
        expect(again.operations.map(plain)).toEqual(added.map(plain));
        await again.translog.close();
      }),
      { numRuns: 25 },
    );
  });

  test("Translog shares one sync when many wait at once", async () => {
    let syncs = 0;
    const io = {
      ...nodeFileIo,
      openWrite(file: string, mode: "exclusive" | "truncate" | "existing") {
        const output = nodeFileIo.openWrite(file, mode);
        const sync = output.syncAsync.bind(output);
        output.syncAsync = () => {
          syncs++;
          return sync();
        };
        return output;
      },
    };
    const translog = Translog.create({ ...options(), io }, UUID);
    const waits: Promise<void>[] = [];
    for (let i = 0; i < 100; i++) {
      translog.add(doc(i));
      waits.push(translog.ensureSynced());
    }
    await Promise.all(waits);
    // The first waiter's own, and one for the other 99.
    expect(syncs).toBe(2);
    expect(translog.isSyncNeeded).toBe(false);
    await translog.ensureSynced();
    expect(syncs).toBe(2);
    await translog.close();
  });

  test("Translog reads a record back when it is pending, in flight and written", async () => {
    const translog = Translog.create(options(), UUID);
    const first = translog.add(doc(1));
    const syncing = translog.ensureSynced();
    const second = translog.add(doc(2));
    expect(translog.readOperation(first)!.seqNo).toBe(1);
    expect(translog.readOperation(second)!.seqNo).toBe(2);
    await syncing;
    expect(translog.readOperation(first)!.seqNo).toBe(1);
    expect(translog.readOperation(second)!.seqNo).toBe(2);
    await translog.ensureSynced();
    expect(translog.readOperation(second)!.seqNo).toBe(2);
    await translog.close();
  });

  test("Translog forgets generations when a commit has trimmed them", async () => {
    const translog = Translog.create(options(), UUID);
    const location = translog.add(doc(0));
    const generation = translog.rollGeneration();
    translog.add(doc(1));
    await translog.trimUnreferenced(generation);
    expect(translog.readOperation(location)).toBeUndefined();
    expect(translog.stats()).toMatchObject({ operations: 1, uncommitted_operations: 1 });
    expect(readdirSync(path).sort()).toEqual(["translog-2.tlog", "translog.ckp"]);
    await translog.close();
    const again = reopen();
    expect(seqNosOf(again.operations)).toEqual([1]);
    await again.translog.close();
  });

  test("Translog trims while others keep adding and syncing", async () => {
    const translog = Translog.create(options(), UUID);
    let stop = false;
    let added = 0;
    const client = async () => {
      while (!stop) {
        translog.add(doc(added++));
        await translog.ensureSynced();
      }
    };
    const clients = [client(), client(), client()];
    for (let round = 0; round < 5; round++) {
      await translog.trimUnreferenced(translog.rollGeneration());
      expect(readdirSync(path)).not.toContain(`translog-${round + 1}.tlog`);
    }
    stop = true;
    await Promise.all(clients);
    await translog.close();
    const again = reopen();
    expect(again.operations.at(-1)!.seqNo).toBe(added - 1);
    await again.translog.close();
  });

  test("Translog removes left-over files when the checkpoint has let them go", async () => {
    const translog = Translog.create(options(), UUID);
    translog.add(doc(0));
    await translog.ensureSynced();
    const old = readFileSync(logFile(1));
    await translog.trimUnreferenced(translog.rollGeneration());
    await translog.close();
    writeFileSync(logFile(1), old);
    const again = reopen();
    expect(again.operations).toEqual([]);
    expect(readdirSync(path)).not.toContain("translog-1.tlog");
    await again.translog.close();
  });
});

describe("Translog after a crash", () => {
  test("Translog cuts a torn tail cleanly when the file ends at any byte", async () => {
    await writeThree();
    const synced = readFileSync(logFile(1));
    // Two more records that no sync has covered: the checkpoint still points before them.
    const checkpoint = readFileSync(join(path, "translog.ckp"));
    rmSync(path, { recursive: true });
    const translog = Translog.create(options(), UUID);
    for (let i = 0; i < 5; i++) translog.add(doc(i));
    await translog.close();
    const whole = readFileSync(logFile(1));
    const record = (whole.length - synced.length) / 2;
    for (let length = synced.length; length <= whole.length; length++) {
      rmSync(path, { recursive: true });
      nodeFileIo.makeDirectory(path);
      writeFileSync(join(path, "translog.ckp"), checkpoint);
      writeFileSync(logFile(1), whole.subarray(0, length));
      const kept = 3 + Math.floor((length - synced.length) / record);
      for (let round = 0; round < 2; round++) {
        const again = reopen();
        expect(again.operations.length, `cut at ${length}`).toBe(kept);
        again.translog.closeNow();
      }
      expect(statSync(logFile(1)).size).toBe(synced.length + (kept - 3) * record);
    }
  });

  test("Translog ignores garbage in the tail when it was never synced", async () => {
    await writeThree();
    const random = seededRandom(7);
    for (let round = 0; round < 30; round++) {
      const whole = readFileSync(logFile(1));
      writeFileSync(logFile(1), Buffer.concat([whole, random.bytes(1 + round * 3)]));
      const again = reopen();
      expect(seqNosOf(again.operations)).toEqual([0, 1, 2]);
      await again.translog.close();
      for (const name of readdirSync(path)) {
        if (/^translog-[2-9]|^translog-\d\d/.test(name)) rmSync(join(path, name));
      }
      rmSync(path, { recursive: true });
      await writeThree();
    }
  });

  test("Translog takes a new file without a header as empty when it was just begun", async () => {
    await writeThree();
    for (const bytes of [0, 10, 49]) {
      writeFileSync(logFile(2), Buffer.alloc(bytes, 1));
      const again = reopen();
      expect(seqNosOf(again.operations)).toEqual([0, 1, 2]);
      await again.translog.close();
      rmSync(path, { recursive: true });
      await writeThree();
    }
  });

  test("Translog goes on after the replayed records when it was cut", async () => {
    await writeThree();
    const whole = readFileSync(logFile(1));
    writeFileSync(logFile(1), Buffer.concat([whole, Buffer.from([9, 9, 9])]));
    const first = reopen();
    first.translog.add(doc(3));
    await first.translog.close();
    const second = reopen();
    expect(seqNosOf(second.operations)).toEqual([0, 1, 2, 3]);
    await second.translog.close();
  });

  test("rejects a damaged byte in any acknowledged record", async () => {
    await writeThree();
    const whole = readFileSync(logFile(1));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x10;
      writeFileSync(logFile(1), damaged);
      const error = refusal(() => reopen());
      expect(error, `byte ${at}`).toMatchObject({
        kind: "corrupt",
        type: "translog_corrupted_exception",
      });
    }
  });

  test("rejects a file that is shorter than its synced length", async () => {
    await writeThree();
    const whole = readFileSync(logFile(1));
    writeFileSync(logFile(1), whole.subarray(0, whole.length - 1));
    expect(refusal(() => reopen()).message).toContain("is damaged or cut off");
  });

  test("rejects a missing generation", async () => {
    const translog = Translog.create(options(), UUID);
    translog.add(doc(0));
    translog.rollGeneration();
    translog.add(doc(1));
    translog.rollGeneration();
    translog.add(doc(2));
    await translog.close();
    rmSync(logFile(2));
    expect(refusal(() => reopen()).message).toContain("generation [2] is missing");
  });

  test("rejects a translog of another history", async () => {
    await writeThree();
    const error = refusal(() => reopen("ABCDEFGHIJKLMNOPQRSTUV"));
    expect(error.message).toContain("belongs to a different translog");
  });

  test("rejects a checkpoint whose two slots are damaged, accepts one damaged slot", async () => {
    await writeThree();
    const file = join(path, "translog.ckp");
    const bytes = readFileSync(file);
    const newest = bytes.readDoubleLE(4) > bytes.readDoubleLE(512 + 4) ? 0 : 512;
    bytes[newest + 20]! ^= 1;
    writeFileSync(file, bytes);
    const again = reopen();
    expect(seqNosOf(again.operations)).toEqual([0, 1, 2]);
    await again.translog.close();
    writeFileSync(file, Buffer.alloc(1024));
    expect(refusal(() => reopen()).type).toBe("translog_corrupted_exception");
  });

  test("rejects further operations when a write has failed", async () => {
    const tragedies: VarveError[] = [];
    const translog = Translog.create(
      { ...options(), io: fullDisk(), onTragedy: (error) => tragedies.push(error) },
      UUID,
    );
    translog.add(doc(0));
    await expect(translog.ensureSynced()).rejects.toMatchObject({ kind: "limit" });
    expect(refusal(() => translog.add(doc(1))).kind).toBe("limit");
    await expect(translog.ensureSynced()).rejects.toMatchObject({ kind: "limit" });
    expect(tragedies.length).toBe(1);
    translog.closeNow();
  });
});

function fullDisk() {
  return {
    ...nodeFileIo,
    openWrite(file: string, mode: "exclusive" | "truncate" | "existing") {
      const output = nodeFileIo.openWrite(file, mode);
      output.writeAsync = () => Promise.reject(new VarveError("limit", "No space left on device"));
      return output;
    },
  };
}

function plain(operation: TranslogOperation): unknown {
  return operation.type === "index"
    ? { ...operation, source: Buffer.from(operation.source).toString("hex") }
    : operation;
}
