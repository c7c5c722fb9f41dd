import { bench, describe } from "vitest";
import { type Flow, layout, mapTrace, readFlow, type TraceStep, toGraph, walk } from "../src/index.ts";
import { bigDefinition } from "./big.ts";

const definition = bigDefinition(200);
const flow: Flow = readFlow(definition);
const steps = [...walk(flow.steps)];
const graph = toGraph(flow, new Set());
const trace: TraceStep[] = steps.map(({ id, use, path }) => ({
  step: id,
  node: use,
  path,
  status: "completed",
  duration_ms: 1,
  depth: 0,
}));

describe(`a workflow of ${steps.length} steps`, () => {
  bench("is read", () => {
    readFlow(definition);
  });
  bench("becomes a graph", () => {
    toGraph(flow, new Set());
  });
  bench("is laid out for 816 pixels", () => {
    layout(graph, { width: 816 });
  });
  bench("is laid out for 1400 pixels", () => {
    layout(graph, { width: 1_400 });
  });
  bench("takes in a run", () => {
    mapTrace(flow, trace);
  });
});
