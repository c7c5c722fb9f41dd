import { expect, test } from "vitest";
import { compareLines, hunksOf } from "../src/lines.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join("\n");

test("a changed line is shown as gone and as new, with its numbers on both sides", () => {
  const lines = compareLines("a\nb\nc\n", "a\nB\nc\n");
  expect(lines).toEqual([
    { kind: "same", text: "a", before: 1, after: 1 },
    { kind: "removed", text: "b", before: 2 },
    { kind: "added", text: "B", after: 2 },
    { kind: "same", text: "c", before: 3, after: 3 },
  ]);
});

test("texts that are the same have no hunks", () => {
  expect(hunksOf(compareLines("a\nb\n", "a\nb\n"))).toEqual([]);
});

test("what is far from any change is left out and counted", () => {
  const before = numbered(40);
  const hunks = hunksOf(compareLines(before, before.replace("line 20", "line twenty")));
  expect(hunks).toHaveLength(1);
  expect(hunks[0]?.hidden).toBe(16);
  expect(hunks[0]?.lines).toHaveLength(8);
});
