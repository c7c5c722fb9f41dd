import { expect, test } from "vitest";
import { toSketch } from "../src/index.ts";
import { branch, expr, starter, workflow } from "./support.ts";

test("a sketch starts with the trigger and keeps nodes, kinds and arms", () => {
  const flow = workflow(branch("b", [expr("yes")]), {
    id: "e",
    forEach: { in: "js/1", as: "x", do: [expr("in")] },
  });
  const tile = (use: string) => ({ use, arms: [] });
  expect(toSketch(flow)).toEqual([
    tile("trigger:http"),
    { use: "branch", arms: [[tile("@blokjs/expr")]] },
    { use: "forEach", arms: [[tile("@blokjs/expr")]] },
  ]);
});

test("a sketch of a real workflow is small", () => {
  expect(JSON.stringify(toSketch(starter("notes-resource"))).length).toBeLessThan(2_000);
});
