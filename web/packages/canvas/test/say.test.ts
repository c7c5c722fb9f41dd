import { expect, test } from "vitest";
import { walkTo } from "../src/keys.ts";
import { sayTime } from "../src/say.ts";
import { fitViewport, reveal } from "../src/viewport.ts";

test.each([
  [0.01, "< 0.1 ms"],
  [0.3, "0.3 ms"],
  [42, "42.0 ms"],
  [231.4, "231 ms"],
  [1_250, "1.3 s"],
  [42_000, "42 s"],
  [90_000, "1.5 min"],
])("%d ms is said as %s", (ms, text) => {
  expect(sayTime(ms)).toBe(text);
});

test("keys of walking stop at the ends, other keys are none", () => {
  expect([
    walkTo("ArrowDown", 3, 4),
    walkTo("ArrowUp", 0, 4),
    walkTo("End", 0, 4),
    walkTo("x", 0, 4),
  ]).toEqual([3, 0, 3, undefined]);
});

test("a scene is fitted whole and centred, but never magnified", () => {
  expect(fitViewport({ width: 400, height: 200 }, { width: 800, height: 600 })).toEqual({
    x: 200,
    y: 200,
    zoom: 1,
  });
  expect(fitViewport({ width: 1_000, height: 300 }, { width: 800, height: 600 }).zoom).toBe(0.8);
});

test("a scene that would be too small to read is shown from its beginning", () => {
  expect(fitViewport({ width: 800, height: 4_000 }, { width: 800, height: 600 })).toEqual({
    x: 0,
    y: 0,
    zoom: 1,
  });
});

test("a step out of view is brought in by the shortest way, one in view moves nothing", () => {
  const view = { x: 0, y: 0, zoom: 1 };
  const frame = { width: 800, height: 600 };
  const size = { width: 200, height: 100 };
  expect(reveal(view, { x: 100, y: 100, ...size }, frame)).toBe(view);
  expect(reveal(view, { x: 100, y: 900, ...size }, frame)).toEqual({ x: 0, y: -424, zoom: 1 });
  expect(reveal(view, { x: -50, y: 100, ...size }, frame)).toEqual({ x: 74, y: 0, zoom: 1 });
});
