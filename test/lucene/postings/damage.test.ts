// Damaged files. Goal: whatever the bytes, opening and reading everything ends, soon, with the
// right answer or with a `corrupt` error; never with another error, a hang or a huge allocation.
// Method: bytes are cut or flipped, then the footer is made valid again, so that the checksum does
// not hide the decoders. (A wrong checksum is what checkIntegrity is for; it has its own test.)

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { VarveError } from "../../../src/base/index.ts";
import { postingsFormatForName } from "../../../src/lucene/codecs/registry.ts";
import type { IndexOptions } from "../../../src/lucene/index/field-info.ts";
import { FOOTER_BYTES, MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { damaged, type Open, outcome, postingsFiles, sealed, type Victim } from "./damage.ts";
import { fieldInfo, fieldInfos, memoryFields, segment } from "./memory-fields.ts";
import { randomField, seeded } from "./random-fields.ts";
import { DATA, loadDirectory, openSegment } from "./real-segments.ts";

function smallVictim(): Victim {
  const random = seeded(5);
  const infos = [1, 2, 3, 4].map((options) =>
    fieldInfo(`f${options}`, options, options as IndexOptions),
  );
  const fields = infos.map((info) => randomField(random, info, 40, [130, 257], 260, 9));
  const directory = new MemoryDirectory();
  const state = {
    directory,
    segmentInfo: segment(260),
    fieldInfos: fieldInfos(fields),
    segmentSuffix: "Lucene90_0",
  };
  const format = postingsFormatForName("Lucene90");
  const consumer = format.fieldsConsumer!(state);
  consumer.write(memoryFields(fields), undefined);
  consumer.close();
  const open: Open = (damaged) => {
    const producer = format.fieldsProducer({ ...state, directory: damaged });
    return {
      terms: infos.map((info) => producer.terms(info.name)),
      check: () => producer.checkIntegrity(),
    };
  };
  return { name: "own writing", directory, open };
}

function realVictim(folder: string): Victim {
  const directory = loadDirectory(join(DATA, folder));
  const open: Open = (damaged) => {
    const { producer, fields } = openSegment(damaged);
    return {
      terms: fields.map((info) => producer.terms(info.name)),
      check: () => producer.checkIntegrity(),
    };
  };
  return { name: folder, directory, open };
}

const SMALL = smallVictim();
const REAL = ["lucene-9.11.1", "lucene-9.12.3", "lucene-10.4.0"].map(realVictim);

describe("damaged postings", () => {
  test("rejects every plain cut of every file", () => {
    for (const victim of [SMALL, ...REAL]) {
      for (const name of postingsFiles(victim.directory)) {
        const bytes = victim.directory.files.get(name)!;
        const step = victim === SMALL ? 1 : 97;
        for (let length = 0; length < bytes.length; length += step) {
          const directory = damaged(victim.directory, name, bytes.subarray(0, length));
          expect(() => victim.open(directory), `${victim.name} ${name} cut at ${length}`).toThrow(
            VarveError,
          );
        }
      }
    }
  });

  test.each([SMALL, ...REAL])(
    "reading $name ends when bytes are missing",
    (victim) => {
      const random = seeded(6);
      for (const name of postingsFiles(victim.directory)) {
        const bytes = victim.directory.files.get(name)!;
        for (let round = 0; round < 15; round++) {
          const from = Math.floor(random() * (bytes.length - FOOTER_BYTES));
          const count = 1 + Math.floor(random() * Math.min(40, bytes.length - FOOTER_BYTES - from));
          const body = Buffer.concat([
            bytes.subarray(0, from),
            bytes.subarray(from + count, bytes.length - FOOTER_BYTES),
          ]);
          outcome(victim, damaged(victim.directory, name, sealed(body, bytes)));
        }
      }
    },
    60_000,
  );

  test.each([SMALL, ...REAL])(
    "reading $name ends when a byte is flipped",
    (victim) => {
      const random = seeded(7);
      let refused = 0;
      for (const name of postingsFiles(victim.directory)) {
        const bytes = victim.directory.files.get(name)!;
        const rounds = victim === SMALL ? 200 : 12;
        for (let round = 0; round < rounds; round++) {
          const body = Buffer.from(bytes.subarray(0, bytes.length - FOOTER_BYTES));
          const at = Math.floor(random() * body.length);
          body[at] = round % 3 === 0 ? 0xff : Math.floor(random() * 256);
          if (outcome(victim, damaged(victim.directory, name, sealed(body, bytes))) === "corrupt")
            refused++;
        }
      }
      expect(refused).toBeGreaterThan(20);
    },
    60_000,
  );

  test.each([SMALL, ...REAL])(
    "checkIntegrity rejects a flipped byte in any file of $name",
    (victim) => {
      for (const name of postingsFiles(victim.directory)) {
        const bytes = Buffer.from(victim.directory.files.get(name)!);
        const at = bytes.length - FOOTER_BYTES - 1;
        bytes[at] = bytes[at]! ^ 1;
        expect(() => victim.open(damaged(victim.directory, name, bytes)).check()).toThrow(
          "Checksum failed",
        );
      }
    },
  );
});
