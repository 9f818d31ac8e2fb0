import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { crc32, seededRandom, VarveError } from "../../../src/base/index.ts";
import {
  readSealedKeystore,
  sealKeystore,
  unsealKeystore,
} from "../../../src/engine/keystore/keystore-format.ts";

// Written by opensearch-keystore 3.6.0: the seed and s3.client.default.access_key = AKIAEXAMPLE;
// the second one after `passwd` with the password below.
const WITHOUT_PASSWORD =
  "P9dsFxNvcGVuc2VhcmNoLmtleXN0b3JlAAAABAAAAADAAAAAQMs9PwrB7IZmu9yowKTL680Ai8lUbs1LGoEtEoMzUzcL" +
  "Hx0RW62sQmeiYSjj7MpM2vRQ48hR6S0pZ21hUewo1R0AAAAMptV5LXl30bhyykODAAAAaMB2rlXIgX8WrdFqveNkiNWR" +
  "bSwZ5WV52vIxluvZjJ4e8BGtEvl7PWqUgCaU1pdqrVlGils+o+XCZ/YhOkJLYH05RbxrV3MDnTht/DPR+ZJpYjClfwjJ" +
  "lr+D4jUgf6aTzaAuqMXLiA7wwCiT6AAAAAAAAAAA1ZON0w==";
const WITH_PASSWORD =
  "P9dsFxNvcGVuc2VhcmNoLmtleXN0b3JlAAAABAEAAADAAAAAQEYP1tqvjcgjKxVsaJeNWI//JJubxsafRSQaXhYeiVb4" +
  "WNS7iNmsVyZsXBh1whA994tEyPeI2pcY9P1pjXJ1BrgAAAAMAJZg2QpuUBTOUxNdAAAAaLQSEyc+9TvX2gNwiaNNqi6H" +
  "MZNmzq0pn1vuD228K9NEoyWGLwvoOQiAoTHVF9ptpzZtsX/KKivduGMR2wVxZmwrRL9TlaygLT42+0vzjg7WIa8K/pZh" +
  "R1M8fPYkZsyrDjuUhPMo8i7cwCiT6AAAAAAAAAAACyqrXQ==";
const PASSWORD = "paßwort";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

function open(bytes: Uint8Array, password = ""): Record<string, string> {
  const entries = unsealKeystore(readSealedKeystore(bytes, "k"), password, "k");
  return Object.fromEntries([...entries].map(([name, value]) => [name, `${Buffer.from(value)}`]));
}

/** Replaces the checksum by the right one, so that what was changed is seen by what follows. */
function resealed(bytes: Uint8Array): Uint8Array {
  const fixed = Buffer.from(bytes);
  fixed.writeUInt32BE(crc32(fixed.subarray(0, fixed.length - 8)), fixed.length - 4);
  return fixed;
}

function errorOf(run: () => unknown): VarveError {
  try {
    run();
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}

describe("a keystore of opensearch-keystore", () => {
  it("is read without and with a password", () => {
    const expected = {
      "keystore.seed": expect.stringMatching(/^.{20}$/),
      "s3.client.default.access_key": "AKIAEXAMPLE",
    };
    expect(open(bytesOf(WITHOUT_PASSWORD))).toEqual(expected);
    expect(readSealedKeystore(bytesOf(WITHOUT_PASSWORD), "k").hasPassword).toBe(false);
    expect(readSealedKeystore(bytesOf(WITH_PASSWORD), "k").hasPassword).toBe(true);
    expect(open(bytesOf(WITH_PASSWORD), PASSWORD)).toEqual(expected);
  });

  it("rejects a wrong password by its name, and shows it to nobody", () => {
    const error = errorOf(() => open(bytesOf(WITH_PASSWORD), "wrong one"));
    expect([error.type, error.message]).toEqual([
      "security_exception",
      "Provided keystore password was incorrect",
    ]);
    expect(JSON.stringify([error, error.stack])).not.toContain("wrong one");
  });

  it("rejects every flipped byte and every cut as damage", () => {
    const whole = bytesOf(WITHOUT_PASSWORD);
    for (let at = 0; at < whole.length; at++) {
      const flipped = whole.slice();
      flipped[at]! ^= 0x40;
      expect(errorOf(() => open(flipped)).kind, `byte ${at}`).toBe("corrupt");
      expect(errorOf(() => open(whole.subarray(0, at))).kind, `cut at ${at}`).toBe("corrupt");
    }
  });

  it("rejects every changed length behind a right checksum, and allocates nothing for it", () => {
    const whole = bytesOf(WITHOUT_PASSWORD);
    for (const at of [29, 33, 101, 117]) {
      const changed = Buffer.from(whole);
      changed.writeUInt32BE(0x7fffffff, at);
      expect(errorOf(() => open(resealed(changed))).kind, `length at ${at}`).toBe("corrupt");
    }
    for (let at = 0; at < whole.length - 16; at++) {
      // The flag says that there is a password; an empty one still fits.
      if (at === 28) continue;
      const flipped = whole.slice();
      flipped[at]! ^= 0x01;
      const { kind } = errorOf(() => open(resealed(flipped)));
      expect(["corrupt", "too-old", "too-new", "invalid"], `byte ${at}: ${kind}`).toContain(kind);
    }
  });

  it("rejects versions before 3 and after 4 with what to do", () => {
    const at = 4 + 1 + "opensearch.keystore".length + 3;
    const version = (number: number) => {
      const changed = bytesOf(WITHOUT_PASSWORD);
      changed[at] = number;
      return errorOf(() => open(resealed(changed)));
    };
    expect([version(2).kind, version(5).kind]).toEqual(["too-old", "too-new"]);
    expect(version(2).message).toMatch(/format is too old.*delete and recreate/);
  });
});

/** Version 3, which says of each entry what it is, encoded apart from the code under test. */
function sealVersion3(entries: Record<string, [string, string]>): Buffer {
  const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  const u32 = (value: number) => Buffer.from([value >>> 24, value >> 16, value >> 8, value]);
  const plain = [u32(Object.keys(entries).length)];
  for (const [name, [type, value]] of Object.entries(entries)) {
    plain.push(u16(name.length), Buffer.from(name), u16(type.length), Buffer.from(type));
    plain.push(u32(value.length), Buffer.from(value));
  }
  const [salt, iv] = [Buffer.alloc(64, 7), Buffer.alloc(12, 9)];
  const key = pbkdf2Sync("", salt, 10_000, 16, "sha512");
  const cipher = createCipheriv("aes-128-gcm", key, iv).setAAD(salt);
  const secret = Buffer.concat([...plain.map((part) => cipher.update(part)), cipher.final()]);
  const data = Buffer.concat([secret, cipher.getAuthTag()]);
  const body = [u32(64), salt, u32(12), iv, u32(data.length), data];
  const codec = "elasticsearch.keystore";
  const head = [u32(0x3fd76c17), Buffer.from([codec.length]), Buffer.from(codec), u32(3)];
  const length = u32(Buffer.concat(body).length);
  const footer = [u32(0xc02893e8), u32(0), u32(0), u32(0)];
  return Buffer.concat([...head, Buffer.from([0]), length, ...body, ...footer]);
}

describe("sealKeystore", () => {
  it("holds what was put in when it is opened again, at any size", () => {
    const entries = new Map([
      ["empty", new Uint8Array(0)],
      ["text", Buffer.from("ünï")],
      ["file", Uint8Array.from({ length: 200_000 }, (_, i) => i)],
    ]);
    for (const password of ["", "secret", "päßwörd"]) {
      const sealed = sealKeystore(entries, password, seededRandom(5));
      const again = unsealKeystore(readSealedKeystore(sealed, "k"), password, "k");
      expect([...again.keys()]).toEqual(["empty", "text", "file"]);
      for (const [name, value] of entries) expect(Buffer.compare(again.get(name)!, value)).toBe(0);
    }
  });

  it("uses a new salt and a new vector each time", () => {
    const random = seededRandom(1);
    const [first, second] = [1, 2].map(() =>
      readSealedKeystore(sealKeystore(new Map(), "p", random), "k"),
    );
    expect(Buffer.compare(first!.salt, second!.salt)).not.toBe(0);
    expect(Buffer.compare(first!.iv, second!.iv)).not.toBe(0);
  });
});

describe("a keystore of version 3", () => {
  it("is read with the types of its entries left out", () => {
    const bytes = resealed(
      sealVersion3({ "a.b": ["STRING", "one"], "c.file": ["FILE", "two\nlines"] }),
    );
    expect(open(bytes)).toEqual({ "a.b": "one", "c.file": "two\nlines" });
  });
});
