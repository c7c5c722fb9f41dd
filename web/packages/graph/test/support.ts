import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { type Flow, readFlow, type Step, type TraceStep, walk } from "../src/index.ts";

const STARTERS = `${import.meta.dirname}/../../../../src/blokhub/starter`;

/** The workflow files that the hub starts with, by name. */
export const starters: readonly { name: string; flow: Flow }[] = readdirSync(STARTERS, {
  withFileTypes: true,
})
  .filter(entry => entry.isDirectory() && !entry.name.startsWith("_"))
  .map(({ name }) => ({ name, flow: readFlow(readJson(`${STARTERS}/${name}/workflow.json`)) }));

export function starter(name: string): Flow {
  const found = starters.find(one => one.name === name);
  if (!found) throw new Error(`There is no starter workflow "${name}".`);
  return found.flow;
}

/** A run of a starter workflow as the hub recorded it. */
export function recorded(name: string): { flow: Flow; trace: TraceStep[] } {
  const { workflow, trace } = readJson(`${import.meta.dirname}/fixtures/${name}.json`) as {
    workflow: string;
    trace: TraceStep[];
  };
  return { flow: starter(workflow), trace };
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The step of an id; the test fails when there is none. */
export function stepOf(flow: Flow, id: string): Step {
  const found = [...walk(flow.steps)].find(step => step.id === id);
  if (!found) throw new Error(`"${flow.name}" has no step "${id}".`);
  return found;
}

/** A definition of generation 2 from its steps. */
export function workflow(...steps: unknown[]): Flow {
  return readFlow({ name: "Test", version: "1.0.0", trigger: { http: { method: "GET", path: "/" } }, steps });
}

export const expr = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  use: "@blokjs/expr",
  inputs: { expression: "1" },
  ...more,
});

/** A branch of generation 2; its keys are given apart, as an object with a `then` may be taken for a promise. */
export function branch(id: string, yes: unknown, no?: unknown, when = "true"): Record<string, unknown> {
  const arms: [string, unknown][] = [
    ["when", when],
    ["then", yes],
    ...(no === undefined ? [] : [["else", no] as [string, unknown]]),
  ];
  return { id, branch: Object.fromEntries(arms) };
}

type Shape = { kind: string; arms: Shape[][] };

const shapes = fc.letrec<{ step: Shape; list: Shape[] }>(tie => ({
  list: fc.array(tie("step"), { minLength: 1, maxLength: 4, depthIdentifier: "flow" }),
  step: fc.oneof(
    { depthIdentifier: "flow", depthSize: "small", withCrossShrink: true },
    fc.constantFrom("node", "throw", "wait").map(kind => ({ kind, arms: [] })),
    fc.record({ kind: fc.constantFrom("forEach", "loop"), arms: fc.tuple(tie("list")) }),
    fc.record({ kind: fc.constant("branch"), arms: fc.array(tie("list"), { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant("switch"), arms: fc.array(tie("list"), { minLength: 1, maxLength: 5 }) }),
    fc.record({ kind: fc.constant("tryCatch"), arms: fc.array(tie("list"), { minLength: 2, maxLength: 3 }) }),
  ),
}));

/** Flows of every kind of step, nested in every way. */
export const anyFlow: fc.Arbitrary<Flow> = shapes.list.map(list => {
  let count = 0;
  const write = ({ kind, arms }: Shape): Record<string, unknown> => {
    count += 1;
    const id = `step-${count}`;
    const [first, second, third] = arms.map(arm => arm.map(write));
    switch (kind) {
      case "forEach":
        return { id, forEach: { in: "js/ctx.request.body", as: `item${count}`, do: first } };
      case "loop":
        return { id, loop: { while: "true", do: first } };
      case "branch":
        return branch(id, first, second);
      case "tryCatch":
        return { id, tryCatch: { try: first, catch: second, ...(third && { finally: third }) } };
      case "switch":
        return {
          id,
          switch: { on: "js/1", cases: arms.map((arm, index) => ({ when: index, do: arm.map(write) })) },
        };
      case "wait":
        return { id, wait: { for: "1s" } };
      default:
        return { id, use: kind === "throw" ? "@blokjs/throw" : "@blokjs/expr", inputs: { expression: "1" } };
    }
  };
  return workflow(...list.map(write));
});
