import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { cutContent, inParallel } from "../../src/blobstore/content-parts.ts";
import { plainCause, storeRefused, withoutSecrets } from "../../src/blobstore/store-failure.ts";

async function partsOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const part of parts) found.push(part);
  return found;
}

describe("cutContent", () => {
  it("gives parts of one length in order, whatever the parts of the source", async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 50 }), async (source, partBytes) => {
        const whole = Buffer.concat(source);
        const stream = {
          length: whole.length,
          *open() {
            for (const chunk of source) {
              // A borrowed part is gone once the next one is asked for.
              const lent = Uint8Array.from(chunk);
              yield lent;
              lent.fill(0xee);
            }
          },
        };
        const parts = await partsOf(cutContent("x", stream, partBytes));
        expect(Buffer.concat(parts)).toEqual(whole);
        for (const part of parts.slice(0, -1)) expect(part.length).toBe(partBytes);
        expect(parts.every((part) => part.length > 0)).toBe(true);
        expect(Buffer.concat(await partsOf(cutContent("x", whole, partBytes)))).toEqual(whole);
      }),
    );
  });

  it("rejects a stream of another length before its last part is given", async () => {
    for (const length of [9, 11]) {
      const stream = { length, open: () => [new Uint8Array(4), new Uint8Array(6)] };
      let given = 0;
      const run = async () => {
        for await (const part of cutContent("x", stream, 4)) given += part.length;
      };
      await expect(run()).rejects.toThrow("were announced");
      expect(given).toBeLessThan(length);
    }
  });
});

describe("inParallel", () => {
  it("runs so many at once and no more", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("rejects with the first error, after all that runs has ended", async () => {
    let running = 0;
    let started = 0;
    const run = inParallel(Array.from({ length: 100 }), 4, async () => {
      const mine = ++started;
      running++;
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (mine === 2) throw new Error("second");
    });
    await expect(run).rejects.toThrow("second");
    expect(running).toBe(0);
    expect(started).toBeLessThan(10);
  });
});

describe("storeRefused", () => {
  const action = { store: "gcs [b]", operation: "put", name: "x" };

  it("says operation, place, blob, status, code and what to do", () => {
    const error = storeRefused(action, { status: 403, code: "forbidden", message: "no" }, "ask");
    expect(error).toBeInstanceOf(VarveError);
    expect(error.message).toBe("gcs [b]: put of [x] failed with status 403 (forbidden): no; ask");
  });

  it("keeps no secret of a message, and nothing but the text of a cause", () => {
    const secrets = [
      "https://a.blob.example/c?sv=1&sig=SECRET&se=2",
      "Authorization: Bearer SECRET",
      "SharedKey acc:SECRET",
      "connect to https://user:SECRET@proxy failed",
      "session https://s.example/o?upload_id=SECRET",
    ];
    for (const text of secrets) {
      expect(withoutSecrets(text)).not.toContain("SECRET");
      const cause = Object.assign(new Error(text), { request: { headers: "SECRET" } });
      const error = storeRefused(action, { message: text }, undefined, cause);
      expect(error.message).not.toContain("SECRET");
      expect(JSON.stringify(error.cause)).not.toContain("SECRET");
      expect((error.cause as Error).message).not.toContain("SECRET");
    }
    expect(plainCause(new Error("x"), "Code")).toMatchObject({ code: "Code", message: "x" });
  });
});
