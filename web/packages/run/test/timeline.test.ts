import type { TraceStep } from "@blok/graph";
import { expect, test } from "vitest";
import { lengthOf, timeline } from "../src/timeline.ts";

function entry(step: string, depth: number, duration_ms: number): TraceStep {
  return { step, node: "n", path: step, status: "completed", depth, duration_ms };
}

test("steps follow each other, and those inside begin with the one around them", () => {
  const trace = [
    entry("check", 0, 2),
    entry("each", 0, 10),
    entry("first", 1, 4),
    entry("second", 1, 6),
    entry("answer", 0, 1),
  ];
  const starts = timeline(trace, undefined).map(row => [row.entry.step, row.start]);
  expect(starts).toEqual([
    ["check", 0],
    ["each", 2],
    ["first", 2],
    ["second", 6],
    ["answer", 12],
  ]);
  expect(lengthOf(timeline(trace, undefined))).toBe(13);
});

test("after two levels end at once the next step begins after the outer one", () => {
  const trace = [
    entry("outer", 0, 8),
    entry("middle", 1, 5),
    entry("inner", 2, 3),
    entry("next", 1, 2),
    entry("last", 0, 1),
  ];
  expect(timeline(trace, undefined).map(row => row.start)).toEqual([0, 0, 0, 5, 8]);
});

test("an empty trace has a length that can be divided by", () => {
  expect(lengthOf([])).toBeGreaterThan(0);
});
