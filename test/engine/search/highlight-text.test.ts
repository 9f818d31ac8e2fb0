// Passages of texts: where they begin and end, and which are shown.

import { describe, expect, test } from "vitest";
import {
  BoundedBreaks,
  sentenceBreaks,
  separatorBreaks,
  wordBreaks,
} from "../../../src/engine/search/highlight/break-iterator.ts";
import { highlightText } from "../../../src/engine/search/highlight/unified-highlighter.ts";

function boundaries(breaks: { following(at: number): number }): number[] {
  const found: number[] = [];
  for (let at = breaks.following(0); at >= 0; at = breaks.following(at)) found.push(at);
  return found;
}

function matchesOf(text: string, word: string) {
  const starts = [...text.matchAll(new RegExp(word, "g"))].map(({ index }) => index);
  const freq = starts.length;
  return starts.map((start) => ({ start, end: start + word.length, label: word, freq }));
}

const OPTIONS = {
  preTag: "<em>",
  postTag: "</em>",
  passagesMax: 5,
  scoreOrdered: false,
  noMatchSize: 0,
  encode: (text: string) => text,
};

describe("sentenceBreaks", () => {
  // What java.text.BreakIterator answers.
  test.each([
    ["One. Two! three? Four", [5, 10, 17, 21]],
    ["e.g. this goes on\nand on", [24]],
    ['He said: "Stop." Then he left.', [17, 30]],
    ["日本。東京", [3, 5]],
    ["1.5 is no end. (Really.) Yes", [15, 25, 28]],
  ])("cuts %j", (text, ends) => {
    expect(boundaries(sentenceBreaks(text))).toEqual(ends);
  });
});

describe("wordBreaks", () => {
  test.each([
    ["it's 3,5% off", [4, 5, 9, 10, 13]],
    ["a  b\n", [1, 3, 4, 5]],
  ])("cuts %j", (text, ends) => {
    expect(boundaries(wordBreaks(text))).toEqual(ends);
  });
});

describe("highlightText", () => {
  const text = "A river runs. No water here. The river and the river meet. An end.";
  const marked = (options: Partial<typeof OPTIONS>, breaks = new BoundedBreaks(text, 20)) =>
    highlightText(text, matchesOf(text, "river"), breaks, { ...OPTIONS, ...options });

  test("shows passages in the order of the text", () => {
    expect(marked({}, sentenceBreaks(text) as BoundedBreaks)).toEqual([
      "A <em>river</em> runs.",
      "The <em>river</em> and the <em>river</em> meet.",
    ]);
  });

  test("shows the best passage alone", () => {
    expect(marked({ passagesMax: 1 }, sentenceBreaks(text) as BoundedBreaks)).toHaveLength(1);
  });

  test("marks the whole of each value when it has no limit", () => {
    const values = `river one\0two\0three river`;
    const breaks = separatorBreaks(values, "\0");
    const options = { ...OPTIONS, passagesMax: Infinity };
    expect(highlightText(values, matchesOf(values, "river"), breaks, options)).toEqual([
      "<em>river</em> one",
      "three <em>river</em>",
    ]);
  });

  test("shows a beginning when nothing matches", () => {
    const options = { ...OPTIONS, noMatchSize: 4 };
    expect(highlightText(text, [], sentenceBreaks(text), options)).toEqual(["A river"]);
  });
});
