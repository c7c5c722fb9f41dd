import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffFlows, type Flow, walk } from "../src/index.ts";
import { anyFlow, branch, expr, starter, workflow } from "./support.ts";

const changes = (before: Flow, after: Flow) =>
  diffFlows(before, after).changes.map(({ kind, before: was, after: now }) => `${kind} ${(now ?? was)?.id}`);

test("a workflow does not differ from itself", () => {
  fc.assert(
    fc.property(anyFlow, flow => {
      const diff = diffFlows(flow, flow);
      expect(diff.changes).toEqual([]);
      expect(diff.flow).toEqual(flow);
    }),
    { numRuns: 50 },
  );
});

test("whatever two workflows are, each step of both stands in the picture once", () => {
  fc.assert(
    fc.property(anyFlow, anyFlow, (before, after) => {
      const { flow, marks } = diffFlows(before, after);
      const keys = [...walk(flow.steps)].map(step => step.key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const step of walk(after.steps)) expect(keys).toContain(step.key);
      const removed = [...marks.values()].filter(change => change.kind === "removed");
      expect(keys.length).toBe([...walk(after.steps)].length + removed.length);
    }),
    { numRuns: 100 },
  );
});

describe("a step", () => {
  test("is added", () => {
    expect(changes(workflow(expr("a")), workflow(expr("a"), expr("b", { use: "@blokjs/uuid" })))).toEqual([
      "added b",
    ]);
  });

  test("is removed, and still shown where it stood", () => {
    const diff = diffFlows(
      workflow(expr("a"), { id: "b", use: "@blokjs/uuid" }, expr("c", { inputs: {} })),
      workflow(expr("a"), expr("c", { inputs: {} })),
    );
    expect(diff.changes.map(change => change.kind)).toEqual(["removed"]);
    expect(diff.flow.steps.map(step => step.key)).toEqual(["steps[0]", "removed:steps[1]", "steps[1]"]);
  });

  test("has changed: every field of its inputs is named", () => {
    const call = (inputs: unknown) => workflow({ id: "get", use: "@blokjs/api-call", inputs });
    const diff = diffFlows(
      call({ url: "https://a", headers: { x: 1 } }),
      call({ url: "https://b", headers: { x: 1, y: 2 } }),
    );
    expect(diff.changes).toHaveLength(1);
    expect(diff.changes[0]).toMatchObject({
      kind: "changed",
      moved: false,
      fields: [
        { pointer: "/inputs/url", before: "https://a", after: "https://b" },
        { pointer: "/inputs/headers/y", before: undefined, after: 2 },
      ],
    });
  });

  test("has changed when it is tried again, or switched off", () => {
    const diff = diffFlows(
      workflow(expr("a")),
      workflow(expr("a", { active: false, retry: { maxAttempts: 2 } })),
    );
    expect(diff.changes[0]?.fields.map(field => field.pointer)).toEqual(["/active", "/options/retry"]);
  });

  test("has another name but the same inputs, and is the same step", () => {
    const diff = diffFlows(
      workflow(expr("a", { inputs: { expression: "42" } })),
      workflow(expr("b", { inputs: { expression: "42" } })),
    );
    expect(diff.changes).toHaveLength(1);
    expect(diff.changes[0]?.fields.map(field => field.pointer)).toEqual(["/id", "/title"]);
  });

  test("has moved in its list: as few steps as can be are said to have", () => {
    const of = (...ids: string[]) => workflow(...ids.map(id => expr(id, { inputs: { id } })));
    expect(changes(of("a", "b", "c", "d"), of("b", "c", "d", "a"))).toEqual(["moved a"]);
  });

  test("has moved into an arm", () => {
    const before = workflow(expr("a"), branch("b", [expr("x")]));
    const after = workflow(branch("b", [expr("x"), expr("a")]));
    expect(changes(before, after)).toEqual(["moved a"]);
  });

  test("was inside of a step that is gone, and stands elsewhere now", () => {
    const before = workflow(branch("b", [expr("x", { inputs: { n: 1 } })]));
    const after = workflow(expr("x", { inputs: { n: 1 } }));
    expect(changes(before, after).sort()).toEqual(["moved x", "removed b"]);
  });
});

test("what changed of the workflow itself is told apart", () => {
  const flow = starter("order-total");
  const next = { ...flow, version: "1.1.0", trigger: { ...flow.trigger, path: "/totals" } };
  expect(diffFlows(flow, next).fields.map(field => field.pointer)).toEqual(["/version", "/trigger/path"]);
});
