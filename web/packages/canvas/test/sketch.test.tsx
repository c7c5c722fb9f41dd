import { type SketchStep, toSketch } from "@blok/graph";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { starter, starters } from "../../graph/test/support.ts";
import { FlowSketch } from "../src/sketch/index.ts";
import { placeSketch, TILE } from "../src/sketch/place.ts";

const tile = (use: string, ...arms: string[][]): SketchStep => ({
  use,
  arms: arms.map(arm => arm.map(inner => tile(inner))),
});

describe.each(starters)("the sketch of $name", ({ flow }) => {
  const { tiles, width, height } = placeSketch(toSketch(flow));

  test("stands clear and inside of its picture", () => {
    for (const [index, { x, y }] of tiles.entries()) {
      expect(Math.min(x, y, width - x, height - y)).toBeGreaterThanOrEqual(TILE / 2);
      const near = tiles
        .slice(index + 1)
        .filter(other => Math.abs(other.x - x) < TILE && Math.abs(other.y - y) < TILE);
      expect(near).toEqual([]);
    }
  });

  test("has at most six columns and three lanes", () => {
    expect(new Set(tiles.map(({ x }) => x)).size).toBeLessThanOrEqual(6);
    expect(height).toBeLessThanOrEqual(90);
  });
});

test("arms stand beneath each other and come together again", () => {
  const { tiles, paths } = placeSketch([tile("trigger:http"), tile("branch", ["a"], ["b"]), tile("c")]);
  expect(tiles.map(({ use, x, y }) => [use, x, y])).toEqual([
    ["trigger:http", 23, 30],
    ["branch", 69, 30],
    ["a", 115, 15],
    ["b", 115, 45],
    ["c", 161, 30],
  ]);
  expect(paths).toHaveLength(5);
});

test("a way runs straight past a single arm, and an arm that fails leads nowhere", () => {
  const { tiles, paths } = placeSketch([tile("branch", ["@blokjs/throw"]), tile("c")]);
  expect(tiles.map(({ use, y }) => [use, y])).toEqual([
    ["branch", 45],
    ["@blokjs/throw", 75],
    ["c", 45],
  ]);
  expect(paths).toHaveLength(2);
});

test("what repeats is followed by what it repeats", () => {
  const { tiles } = placeSketch([tile("trigger:cron"), tile("forEach", ["a", "b"])]);
  expect(tiles.map(({ use }) => use)).toEqual(["trigger:cron", "forEach", "a", "b"]);
});

test("steps without room are counted", () => {
  const { tiles } = placeSketch(Array.from({ length: 12 }, () => tile("@blokjs/expr")));
  expect(tiles.at(-1)).toMatchObject({ more: 7 });
});

test("a sketch is drawn from its steps or from a whole flow, and hidden from screen readers", () => {
  const flow = starter("incident-alert");
  const drawn = renderToStaticMarkup(<FlowSketch flow={flow} />);
  expect(drawn).toBe(renderToStaticMarkup(<FlowSketch sketch={toSketch(flow)} />));
  expect(drawn).toMatch(/<svg[^>]+aria-hidden="true"/);
  expect(drawn).not.toContain("style=");
});
