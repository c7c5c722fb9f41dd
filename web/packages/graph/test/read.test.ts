import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { layout, readFlow, toGraph, walk } from "../src/index.ts";

const root = new URL("../../../../src/blokhub/starter/", import.meta.url).pathname;
test("x", () => {
  for (const d of readdirSync(root, { withFileTypes: true }).filter(
    f => f.isDirectory() && !f.name.startsWith("_"),
  )) {
    const f = readFlow(JSON.parse(readFileSync(`${root}/${d.name}/workflow.json`, "utf8")));
    expect(f.problems).toEqual([]);
    const l = layout(toGraph(f, new Set()), { width: 800 });
    console.log(
      d.name,
      f.generation,
      f.trigger.label,
      [...walk(f.steps)].length,
      Math.round(l.width),
      Math.round(l.height),
    );
  }
});
