import { describe, expect, test } from "vitest";
import { PageMiss, PageMisses, withPages } from "../../src/lucene/store/index.ts";

describe("withPages", () => {
  test("evaluates again after the pages came, until none is missing", async () => {
    let there = 0;
    const miss = new PageMiss(async () => void there++);
    const value = await withPages(() => {
      if (there < 3) throw miss;
      return "done";
    });
    expect([value, there]).toEqual(["done", 3]);
  });

  test("rejects with any other error", async () => {
    const evaluate = () => {
      throw new TypeError("no");
    };
    await expect(withPages(evaluate)).rejects.toThrow(TypeError);
  });
});

describe("PageMisses", () => {
  test("goes on after a miss and throws it at the end", () => {
    const misses = new PageMisses();
    const miss = new PageMiss(async () => {});
    const first = misses.try(() => {
      throw miss;
    });
    expect([first, misses.try(() => 7), misses.any]).toEqual([undefined, 7, true]);
    expect(() => misses.throwIfAny()).toThrow(miss);
  });

  test("rejects with any other error at once", () => {
    const fail = () => {
      throw new TypeError("no");
    };
    expect(() => new PageMisses().try(fail)).toThrow(TypeError);
  });
});
