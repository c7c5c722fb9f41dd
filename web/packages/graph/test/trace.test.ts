import { describe, expect, test } from "vitest";
import {
  type Flow,
  type FlowRun,
  mapTrace,
  passedEdges,
  type TraceStep,
  toGraph,
  walk,
} from "../src/index.ts";
import { branch, expr, recorded, stepOf, workflow } from "./support.ts";

function ran(name: string) {
  const { flow, trace } = recorded(name);
  const run = mapTrace(flow, trace);
  const passed = passedEdges(toGraph(flow, new Set()), run);
  const status = (id: string) => run.get(stepOf(flow, id).key)?.status;
  /** Whether the run went along the way between two steps, by their ids. */
  const went = (from: string, to: string) => passed.has(`${stepOf(flow, from).key}->${stepOf(flow, to).key}`);
  return { flow, trace, run, passed, status, went };
}

const RECORDED = [
  ...["incident-alert-1", "incident-alert-2", "incident-alert-3", "cache-aside-1", "cache-aside-2"],
  ...["city-weather-1", "city-weather-2", "remember-setting-1", "notes-resource-1", "notes-resource-2"],
  ...["notes-resource-3", "nightly-cleanup-1", "collect-all-pages-1", "ticket-triage-1", "order-total-1"],
];

test.each(RECORDED)("every record of %s belongs to the step of its path and name", name => {
  const { flow, trace } = recorded(name);
  const run = mapTrace(flow, trace);
  const found = [...walk(flow.steps)].flatMap(step => run.get(step.key)?.entries ?? []);
  expect(found).toHaveLength(trace.length);
  for (const step of walk(flow.steps)) {
    for (const entry of run.get(step.key)?.entries ?? []) {
      expect([entry.path, entry.step]).toEqual([step.path, step.id]);
    }
  }
});

describe("a run through switch, forEach and tryCatch", () => {
  const { flow, run, status, went } = ran("incident-alert-1");

  test("leaves the cases that it did not take", () => {
    expect(["everyone", "chat-and-mail", "chat-only"].map(status)).toEqual([
      "completed",
      "skipped",
      "skipped",
    ]);
    expect(went("by-severity", "everyone")).toBe(true);
    expect(went("by-severity", "chat-only")).toBe(false);
  });

  test("keeps one entry for each pass, and counts the passes", () => {
    const send = run.get(stepOf(flow, "send").key);
    expect(send?.entries.map(entry => entry.iteration)).toEqual([0, 1, 2]);
    expect(send?.duration_ms).toBeCloseTo(
      send?.entries.reduce((sum, entry) => sum + entry.duration_ms, 0) ?? 0,
    );
    expect(run.get(stepOf(flow, "deliveries").key)?.passes).toEqual({ made: 3, of: 3 });
  });

  test("fails a step of which one pass failed, but not the step that caught it", () => {
    expect(["send", "failed", "delivery", "deliveries"].map(status)).toEqual([
      "failed",
      "completed",
      "completed",
      "completed",
    ]);
    expect(run.get(stepOf(flow, "send").key)?.error).toMatchObject({
      message: expect.stringContaining("503"),
    });
    expect(went("delivery", "send")).toBe(true);
    expect(went("delivery", "failed")).toBe(true);
  });

  test("knows in which order the steps were entered", () => {
    const order = ["input", "by-severity", "everyone", "deliveries", "send", "answer"].map(
      id => run.get(stepOf(flow, id).key)?.order ?? -1,
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
  });
});

describe("a run of generation 1", () => {
  test("finds the steps of its branch in the nodes map", () => {
    const { flow, status, went } = ran("city-weather-1");
    expect(flow.generation).toBe(1);
    expect(stepOf(flow, "weather").path).toBe("nodes.found.conditions[1].steps[0]");
    expect(["found", "not-found", "weather", "answer"].map(status)).toEqual([
      "completed",
      "skipped",
      "completed",
      "completed",
    ]);
    expect(went("found", "weather")).toBe(true);
    expect(went("weather", "answer")).toBe(true);
  });
});

describe("a run that fails", () => {
  const { run, flow, status, passed } = ran("notes-resource-3");

  test("fails the step, and those around it that did not catch it", () => {
    expect(["operation", "one-or-all", "read", "not-there"].map(status)).toEqual([
      "failed",
      "completed",
      "completed",
      "failed",
    ]);
  });

  test("leaves what would have come after it", () => {
    const later = [...walk(flow.steps)].filter(step => !run.get(step.key)?.entries.length);
    expect(new Set(later.map(step => run.get(step.key)?.status))).toEqual(new Set(["skipped"]));
    expect(passed.size).toBeGreaterThan(0);
  });
});

describe("a loop", () => {
  test("has made as many passes as its steps ran", () => {
    const { run, flow } = ran("collect-all-pages-1");
    expect(run.get(stepOf(flow, "pages").key)?.passes).toEqual({ made: 3 });
  });
});

describe("ways", () => {
  const record = (path: string, step: string, more: Partial<TraceStep> = {}): TraceStep => ({
    step,
    node: "@blokjs/expr",
    path,
    status: "completed",
    duration_ms: 1,
    depth: 0,
    ...more,
  });
  const along = (flow: Flow, run: FlowRun) => [...passedEdges(toGraph(flow, new Set()), run)];

  test("lead past the arms of a branch when the run took none", () => {
    const flow = workflow(branch("b", [expr("yes")]), expr("after"));
    const run = mapTrace(flow, [record("steps[0]", "b"), record("steps[1]", "after")]);
    expect(along(flow, run)).toEqual([
      "steps[0]->steps[0]:join",
      "trigger->steps[0]",
      "steps[0]:join->steps[1]",
    ]);
  });

  test("lead through the arm that was taken, and together again", () => {
    const flow = workflow(branch("b", [expr("yes")]), expr("after"));
    const taken = record("steps[0].branch.then[0]", "yes");
    const run = mapTrace(flow, [record("steps[0]", "b"), taken, record("steps[1]", "after")]);
    expect(along(flow, run)).not.toContain("steps[0]->steps[0]:join");
    expect(along(flow, run)).toContain("steps[0].branch.then[0]->steps[0]:join");
  });

  test("end at a step that fails on purpose", () => {
    const flow = workflow(branch("b", [{ id: "stop", use: "@blokjs/throw", inputs: {} }]), expr("after"));
    const graph = toGraph(flow, new Set());
    expect(graph.edges.some(edge => edge.from === "steps[0].branch.then[0]")).toBe(false);
  });

  test("lead on through a step that is switched off", () => {
    const flow = workflow(expr("a"), expr("off", { active: false }), expr("c"));
    const run = mapTrace(flow, [record("steps[0]", "a"), record("steps[2]", "c")]);
    expect(run.get("steps[1]")?.status).toBe("skipped");
    expect(along(flow, run)).toEqual(["trigger->steps[0]", "steps[0]->steps[1]", "steps[1]->steps[2]"]);
  });

  test("wait as long as a run has not finished", () => {
    const flow = workflow({ id: "each", forEach: { in: "js/1", as: "x", do: [expr("in")] } }, expr("after"));
    const run = mapTrace(flow, [record("steps[0].forEach.do[0]", "in", { iteration: 0 })], {
      finished: false,
    });
    expect(["steps[0]", "steps[0].forEach.do[0]", "steps[1]"].map(key => run.get(key)?.status)).toEqual([
      "waiting",
      "completed",
      "waiting",
    ]);
  });

  test("count a step that was tried again as its last attempt went", () => {
    const flow = workflow(expr("a"));
    const trace = [
      record("steps[0]", "a", { status: "failed", error: { message: "no" } }),
      record("steps[0]", "a"),
    ];
    expect(mapTrace(flow, trace).get("steps[0]")?.status).toBe("completed");
  });
});
