import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CARD, type Flow, type Frame, type Layout, layout, toGraph, walk } from "../src/index.ts";
import { anyFlow, branch, expr, starters, workflow } from "./support.ts";

const NOTHING: ReadonlySet<string> = new Set();
const place = (flow: Flow, width: number, folded = NOTHING) => layout(toGraph(flow, folded), { width });
const WIDTHS = [320, 816, 1400];

describe("no matter which workflow", () => {
  const widths = fc.integer({ min: 280, max: 2_000 });

  test("everything has a place, and nothing stands on anything else", () => {
    fc.assert(
      fc.property(anyFlow, widths, (flow, width) => {
        const placed = place(flow, width);
        expect(collisions(placed)).toEqual([]);
        const shown = [...walk(flow.steps)].filter(
          step => !placed.nodes.has(step.key) && !placed.groups.has(step.key),
        );
        expect(shown).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("no way runs through a card", () => {
    fc.assert(
      fc.property(anyFlow, widths, (flow, width) => {
        expect(crossings(place(flow, width))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("no label stands on a card or on another label", () => {
    fc.assert(
      fc.property(anyFlow, widths, (flow, width) => {
        const { labels, nodes } = place(flow, width);
        const frames = labels.map(
          ({ x, y, text }): Frame => ({ x, y, width: Math.min(CARD.width, text.length * 7), height: 20 }),
        );
        for (const [index, frame] of frames.entries()) {
          expect([...nodes.values()].filter(card => touch(card, frame))).toEqual([]);
          expect(frames.slice(index + 1).filter(other => touch(other, frame))).toEqual([]);
        }
      }),
    );
  });

  test("all of it stands inside of the picture", () => {
    fc.assert(
      fc.property(anyFlow, widths, (flow, width) => {
        const { nodes, groups, ...size } = place(flow, width);
        for (const frame of [...nodes.values(), ...groups.values()]) {
          expect(frame.x).toBeGreaterThan(0);
          expect(frame.y).toBeGreaterThan(0);
          expect(frame.x + frame.width).toBeLessThan(size.width);
          expect(frame.y + frame.height).toBeLessThan(size.height);
        }
      }),
    );
  });

  test("the same workflow and width give the same picture", () => {
    fc.assert(
      fc.property(anyFlow, widths, (flow, width) => {
        expect(place(flow, width)).toEqual(place(flow, width));
      }),
      { numRuns: 30 },
    );
  });
});

describe.each(starters)("the starter workflow $name", ({ flow }) => {
  test.each(WIDTHS)("stands clear at %i pixels, open and folded", width => {
    const all = new Set([...walk(flow.steps)].map(step => step.key));
    for (const folded of [NOTHING, all]) {
      const placed = place(flow, width, folded);
      expect(collisions(placed)).toEqual([]);
      expect(crossings(placed)).toEqual([]);
    }
  });

  test("fits into the width of a page", () => {
    expect(place(flow, 816).width).toBeLessThanOrEqual(816);
  });
});

describe("a row of steps", () => {
  const flow = workflow(...["a", "b", "c", "d"].map(id => expr(id)));
  const frames = (width: number) => [...place(flow, width).nodes.values()];

  test("runs from left to right where there is room", () => {
    expect(new Set(frames(1_400).map(({ y }) => y)).size).toBe(1);
  });

  test("wraps where there is none", () => {
    expect(frames(816).map(({ x, y }) => [x, y])).toEqual([
      [32, 32],
      [276, 32],
      [520, 32],
      [32, 172],
      [276, 172],
    ]);
  });

  test("becomes a column on a phone", () => {
    expect(new Set(frames(390).map(({ x }) => x)).size).toBe(1);
  });
});

describe("a branch", () => {
  const flow = workflow(branch("b", [expr("yes")], [expr("no")]), expr("after"));

  test("has its arms beneath each other, to the right of it", () => {
    const { nodes, groups } = place(flow, 1_400);
    const [card, yes, no] = [
      nodes.get("steps[0]"),
      nodes.get("steps[0].branch.then[0]"),
      nodes.get("steps[0].branch.else[0]"),
    ];
    expect(groups.size).toBe(0);
    expect(yes?.x).toBe(no?.x);
    expect(yes?.x).toBeGreaterThan((card?.x ?? 0) + CARD.width);
    expect(((yes?.y ?? 0) + (no?.y ?? 0)) / 2).toBe(card?.y);
  });

  test("becomes a container where its arms have no room beside it", () => {
    const { nodes, groups } = place(flow, 390);
    expect(nodes.has("steps[0]")).toBe(false);
    expect(groups.has("steps[0]")).toBe(true);
  });

  test("that is folded is one card that counts what it hides", () => {
    const graph = toGraph(flow, new Set(["steps[0]"]));
    expect(graph.nodes.map(({ key, folded }) => [key, folded])).toEqual([
      ["trigger", 0],
      ["steps[0]", 2],
      ["steps[1]", 0],
    ]);
  });
});

/** Pairs that stand on each other: cards never touch, containers hold things whole or not at all. */
function collisions({ nodes, groups }: Layout): string[] {
  const cards = [...nodes];
  const frames = [...groups];
  const found: string[] = [];
  for (const [index, [key, card]] of cards.entries()) {
    for (const [other, frame] of cards.slice(index + 1))
      if (touch(card, frame)) found.push(`${key} on ${other}`);
    for (const [group, frame] of frames) {
      if (touch(card, frame) && !holds(frame, card)) found.push(`${key} across ${group}`);
    }
  }
  for (const [index, [key, frame]] of frames.entries()) {
    for (const [other, second] of frames.slice(index + 1)) {
      if (touch(frame, second) && !holds(frame, second) && !holds(second, frame))
        found.push(`${key} across ${other}`);
    }
  }
  return found;
}

function touch(a: Frame, b: Frame): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function holds(outer: Frame, inner: Frame): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Ways of which a part lies inside a card. */
function crossings({ nodes, routes }: Layout): string[] {
  const found: string[] = [];
  for (const [id, { d }] of routes) {
    const points = sample(d);
    for (const [key, card] of nodes) {
      const inside = { x: card.x + 1, y: card.y + 1, width: card.width - 2, height: card.height - 2 };
      if (points.some(([x, y]) => touch({ x, y, width: 0.1, height: 0.1 }, inside)))
        found.push(`${id} through ${key}`);
    }
  }
  return found;
}

/** Points along path data of straight lines and curves. */
function sample(d: string): [number, number][] {
  const points: [number, number][] = [];
  let at: [number, number] = [0, 0];
  for (const [, command = "", rest = ""] of d.matchAll(/([MLCQ])([^MLCQ]*)/g)) {
    const n = rest.trim().split(/[ ,]+/).map(Number);
    const controls: [number, number][] = [at];
    for (let index = 0; index < n.length; index += 2) controls.push([n[index] ?? 0, n[index + 1] ?? 0]);
    if (command !== "M") for (let t = 0; t <= 1; t += 0.05) points.push(bezier(controls, t));
    at = controls.at(-1) ?? at;
  }
  return points;
}

function bezier(controls: readonly [number, number][], t: number): [number, number] {
  if (controls.length === 1) return controls[0] ?? [0, 0];
  const next = controls.slice(1).map((point, index): [number, number] => {
    const before = controls[index] ?? point;
    return [before[0] + (point[0] - before[0]) * t, before[1] + (point[1] - before[1]) * t];
  });
  return bezier(next, t);
}
