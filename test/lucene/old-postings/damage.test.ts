// Damaged files of the old generations. The goal and the method are those of
// ../postings/damage.test.ts. Up to Lucene 8.5 the metadata of the terms lies at the end of .tim and
// .tip, which are not checked as a whole when they are opened, so every byte there may be wrong.

import { describe, expect, test } from "vitest";
import { VarveError } from "../../../src/base/index.ts";
import { FOOTER_BYTES } from "../../../src/lucene/store/index.ts";
import { damaged, outcome, postingsFiles, sealed, type Victim } from "../postings/damage.ts";
import { seeded } from "../postings/random-fields.ts";
import { openSegment } from "../postings/real-segments.ts";
import { oldDirectory } from "./old-segments.ts";

function victim(folder: string): Victim {
  return {
    name: folder,
    directory: oldDirectory(folder),
    open: (directory) => {
      const { producer, fields } = openSegment(directory);
      return {
        terms: fields.map((info) => producer.terms(info.name)),
        check: () => producer.checkIntegrity(),
      };
    },
  };
}

const VICTIMS = ["lucene-6.6.1", "lucene-8.0.0", "lucene-8.4.1", "lucene-8.10.1"].map(victim);

describe.each(VICTIMS)("damaged postings of $name", (old) => {
  const { directory } = old;

  test("rejects every plain cut of every file", () => {
    for (const name of postingsFiles(directory)) {
      const bytes = directory.files.get(name)!;
      for (let length = 0; length < bytes.length; length += 397) {
        const cut = damaged(directory, name, bytes.subarray(0, length));
        expect(() => old.open(cut), `${name} cut at ${length}`).toThrow(VarveError);
      }
    }
  });

  test("reading ends when bytes are missing", () => {
    const random = seeded(6);
    for (const name of postingsFiles(directory)) {
      const bytes = directory.files.get(name)!;
      for (let round = 0; round < 8; round++) {
        const from = Math.floor(random() * (bytes.length - FOOTER_BYTES));
        const count = 1 + Math.floor(random() * Math.min(40, bytes.length - FOOTER_BYTES - from));
        const body = Buffer.concat([
          bytes.subarray(0, from),
          bytes.subarray(from + count, bytes.length - FOOTER_BYTES),
        ]);
        outcome(old, damaged(directory, name, sealed(body, bytes)));
      }
    }
  }, 60_000);

  test("reading ends when a byte is flipped", () => {
    const random = seeded(7);
    let refused = 0;
    for (const name of postingsFiles(directory)) {
      const bytes = directory.files.get(name)!;
      for (let round = 0; round < 24; round++) {
        const body = Buffer.from(bytes.subarray(0, bytes.length - FOOTER_BYTES));
        // Half of them at the end, where metadata is.
        const span = round % 2 === 0 ? body.length : Math.min(body.length, 300);
        const at = body.length - 1 - Math.floor(random() * span);
        body[at] = round % 3 === 0 ? 0xff : Math.floor(random() * 256);
        if (outcome(old, damaged(directory, name, sealed(body, bytes))) === "corrupt") refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  }, 60_000);

  test("checkIntegrity rejects a flipped byte in any file", () => {
    for (const name of postingsFiles(directory)) {
      const bytes = Buffer.from(directory.files.get(name)!);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = bytes[at]! ^ 1;
      expect(() => old.open(damaged(directory, name, bytes)).check()).toThrow("Checksum failed");
    }
  });
});
