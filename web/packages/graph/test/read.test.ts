import { existsSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFlow, walk } from "../src/index.ts";
import { branch, expr, readJson, starters, stepOf, workflow } from "./support.ts";

describe("the workflows the hub starts with", () => {
  test.each(starters)("$name is read without a problem", ({ flow }) => {
    expect(flow.problems).toEqual([]);
    expect(flow.steps.length).toBeGreaterThan(0);
    expect(flow.trigger.label).toMatch(/^http · /);
  });

  test("are of both generations", () => {
    expect(new Set(starters.map(({ flow }) => flow.generation))).toEqual(new Set([1, 2]));
  });
});

const corpus = process.env.BLOK_CORPUS ?? "";
describe.runIf(existsSync(corpus))("workflows of other people", () => {
  const files = existsSync(corpus) ? readdirSync(corpus, { recursive: true, encoding: "utf8" }) : [];
  test.each(files.filter(file => file.endsWith(".json") && !/empty/.test(file)))(
    "%s is read without a problem",
    file => {
      expect(readFlow(readJson(`${corpus}/${file}`)).problems).toEqual([]);
    },
  );
});

test("every kind of step has the place that the runtime gives it", () => {
  const flow = readFlow(readJson(`${import.meta.dirname}/fixtures/every-kind.json`));
  const places = [...walk(flow.steps)].map(({ id, path, active, stop }) => ({
    name: id,
    path,
    active,
    stop,
  }));
  expect(places).toEqual(readJson(`${import.meta.dirname}/fixtures/every-kind.outline.json`));
});

describe("a file of generation 2", () => {
  const flow = workflow(
    expr("first", { as: "one", retry: { maxAttempts: 3 } }),
    branch("isPaid", [expr("yes")], [expr("no")], "ctx.state.one > 0"),
    {
      id: "kind",
      switch: {
        on: "js/ctx.state.one",
        cases: [{ when: ["a", "b"], do: [expr("ab")] }],
        default: [expr("other")],
      },
    },
    {
      id: "each",
      forEach: { in: "js/ctx.state.lines", as: "line", mode: "parallel", do: [expr("in-each")] },
    },
    { id: "again", loop: { while: "ctx.state.one < 3", do: [expr("in-loop")] } },
    { id: "safe", tryCatch: { try: [expr("tried")], catch: [expr("caught")], finally: [expr("last")] } },
    { id: "pause", wait: { for: "5m" } },
    { id: "child", subworkflow: "billing.close", inputs: { id: 1 } },
  );

  test("has every step at the path and the pointer of its place", () => {
    expect(flow.problems).toEqual([]);
    const places = [...walk(flow.steps)].map(({ id, path, pointer }) => [id, path, pointer]);
    expect(places).toEqual([
      ["first", "steps[0]", "/steps/0"],
      ["isPaid", "steps[1]", "/steps/1"],
      ["yes", "steps[1].branch.then[0]", "/steps/1/branch/then/0"],
      ["no", "steps[1].branch.else[0]", "/steps/1/branch/else/0"],
      ["kind", "steps[2]", "/steps/2"],
      ["ab", "steps[2].switch.cases[0].do[0]", "/steps/2/switch/cases/0/do/0"],
      ["other", "steps[2].switch.default[0]", "/steps/2/switch/default/0"],
      ["each", "steps[3]", "/steps/3"],
      ["in-each", "steps[3].forEach.do[0]", "/steps/3/forEach/do/0"],
      ["again", "steps[4]", "/steps/4"],
      ["in-loop", "steps[4].loop.do[0]", "/steps/4/loop/do/0"],
      ["safe", "steps[5]", "/steps/5"],
      ["tried", "steps[5].tryCatch.try[0]", "/steps/5/tryCatch/try/0"],
      ["caught", "steps[5].tryCatch.catch[0]", "/steps/5/tryCatch/catch/0"],
      ["last", "steps[5].tryCatch.finally[0]", "/steps/5/tryCatch/finally/0"],
      ["pause", "steps[6]", "/steps/6"],
      ["child", "steps[7]", "/steps/7"],
    ]);
  });

  test("says of each control step what it does", () => {
    const details = flow.steps.slice(1).map(({ control, detail }) => [control, detail]);
    expect(details).toEqual([
      ["branch", "one > 0"],
      ["switch", "one"],
      ["forEach", "line in lines, side by side"],
      ["loop", "while one < 3"],
      ["tryCatch", ""],
      ["wait", "for 5m"],
      ["subworkflow", "billing.close"],
    ]);
    expect(stepOf(flow, "kind").arms.map(arm => arm.label)).toEqual(["case a or b", "default"]);
  });

  test("has titles that people can read, and keeps the rest of what a step says", () => {
    expect(stepOf(flow, "isPaid").title).toBe("Is paid");
    expect(stepOf(flow, "in-each").title).toBe("In each");
    expect(stepOf(flow, "first").options).toEqual({ as: "one", retry: { maxAttempts: 3 } });
  });
});

describe("a file of generation 1", () => {
  const flow = readFlow({
    name: "Old",
    version: "1.0.0",
    trigger: { http: { method: "*", path: "/x" } },
    steps: [{ name: "choose", node: "@nanoservice-ts/if-else", type: "module" }],
    nodes: {
      choose: {
        conditions: [
          {
            type: "if",
            condition: "ctx.request.query.q",
            steps: [{ name: "get", node: "@nanoservice-ts/api-call" }],
          },
          { type: "else", steps: [{ name: "get", node: "@nanoservice-ts/api-call" }] },
        ],
      },
      get: { inputs: { url: "https://example.com/a", method: "GET" } },
    },
  });

  test("takes the inputs and the arms of a step from the nodes map", () => {
    expect(flow.problems).toEqual([]);
    expect(flow.trigger).toEqual({ kind: "http", method: "ANY", path: "/x", label: "http · ANY /x" });
    const [choose] = flow.steps;
    expect(choose?.control).toBe("branch");
    expect(choose?.arms.map(({ label, condition }) => [label, condition])).toEqual([
      ["if", "query.q"],
      ["else", ""],
    ]);
    const paths = [...walk(flow.steps)].map(step => step.path);
    expect(paths.slice(1)).toEqual([
      "nodes.choose.conditions[0].steps[0]",
      "nodes.choose.conditions[1].steps[0]",
    ]);
    expect(stepOf(flow, "get").detail).toBe("GET example.com/a");
  });

  test("may use a branch twice: the keys of its steps differ, their paths do not", () => {
    const twice = readFlow({
      steps: [
        { name: "a", node: "if-else" },
        { name: "a", node: "if-else" },
      ],
      nodes: { a: { conditions: [{ type: "if", condition: "true", steps: [{ name: "b", node: "x" }] }] } },
    });
    const [, first, , second] = [...walk(twice.steps)];
    expect(first?.path).toBe(second?.path);
    expect(first?.key).not.toBe(second?.key);
  });

  test("that contains itself is told of and ends", () => {
    const steps = [{ name: "a", node: "if-else" }];
    const self = readFlow({
      steps,
      nodes: { a: { conditions: [{ type: "if", condition: "true", steps }] } },
    });
    expect(self.problems.map(({ message }) => message)).toEqual(['The step "a" contains itself.']);
  });
});

describe("broken input", () => {
  test("is read as far as it can be, and every fault is told with its place", () => {
    const flow = workflow(
      { use: "x" },
      "no step",
      { id: "b" },
      branch("c", "nothing"),
      { id: "c", use: "x" },
      { id: "d", switch: { on: 1 } },
    );
    expect(flow.steps).toHaveLength(5);
    expect(flow.problems).toEqual([
      { pointer: "/steps/0", message: "A step needs an id." },
      { pointer: "/steps/1", message: "A step is an object." },
      { pointer: "/steps/2", message: 'The step "b" names no node.' },
      { pointer: "/steps/3/branch/then", message: "A list of steps is expected here." },
      { pointer: "/steps/4", message: 'The id "c" is also that of steps[3].' },
      { pointer: "/steps/5/switch", message: "A switch needs cases." },
    ]);
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(readFlow(value).problems.length).toBeGreaterThan(0);
        readFlow({ steps: value, nodes: value, trigger: value });
        readFlow({
          steps: [
            { id: "a", branch: value, inputs: value },
            { id: "b", switch: value },
            { id: "c", forEach: value },
          ],
        });
      }),
    );
  });

  test("that is nested without end is cut off", () => {
    let steps: unknown[] = [expr("leaf")];
    for (let depth = 0; depth < 5_000; depth += 1)
      steps = [{ id: `s${depth}`, loop: { while: "true", do: steps } }];
    expect(workflow(...steps).problems).toMatchObject([
      { message: "Steps are nested too deeply to be shown." },
    ]);
  });
});
