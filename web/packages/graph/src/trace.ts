import { endsHere, type FlowGraph, joinOf } from "./graph.ts";
import { isRecord } from "./text.ts";
import { type Flow, type FlowRun, type Step, type StepRun, TRIGGER_KEY, type TraceStep } from "./types.ts";
import { walk } from "./walk.ts";

/**
 * Join the records of a run to the steps of a flow.
 *
 * A step without records was skipped, or still waits when the run has not `finished`. A step that was tried again
 * counts as its last attempt did; one that ran several times has failed when any of its passes did.
 */
export function mapTrace(
  flow: Flow,
  trace: readonly TraceStep[],
  options: { finished?: boolean } = {},
): FlowRun {
  const untouched = (options.finished ?? true) ? "skipped" : "waiting";
  const records = new Map<string, TraceStep[]>();
  const orders = new Map<string, number>();
  trace.forEach((entry, index) => {
    const key = recordKey(entry.path, entry.step);
    const known = records.get(key);
    if (known) known.push(entry);
    else records.set(key, [entry]);
    if (!orders.has(key)) orders.set(key, index);
  });
  const run = new Map<string, StepRun>();
  const visit = (step: Step): StepRun => {
    const inner = step.arms.flatMap(arm => arm.steps.map(visit)).filter(isEntered);
    const key = recordKey(step.path, step.id);
    const entries = records.get(key) ?? [];
    const orderOwn = orders.get(key) ?? Number.POSITIVE_INFINITY;
    const order = Math.min(orderOwn, ...inner.map(found => found.order));
    const passes = countPasses(step, entries, run);
    const found: StepRun = {
      status: entries.length > 0 ? statusOf(entries) : inner.length > 0 ? "waiting" : untouched,
      duration_ms: entries.reduce((sum, entry) => sum + entry.duration_ms, 0),
      entries,
      error: entries.findLast(entry => entry.error != null)?.error ?? null,
      order: Number.isFinite(order) ? order : -1,
      ...(passes !== undefined && { passes }),
    };
    // Where the run has ended, a step that leaves its record last was broken off inside.
    if (found.status === "waiting" && untouched === "skipped") {
      found.status = inner.some(part => part.status === "failed") ? "failed" : "completed";
    }
    run.set(step.key, found);
    return found;
  };
  flow.steps.forEach(visit);
  run.set(TRIGGER_KEY, { status: "completed", duration_ms: 0, entries: [], error: null, order: 0 });
  return run;
}

/** The edges of a graph that a run went along. */
export function passedEdges(graph: FlowGraph, run: FlowRun): Set<string> {
  const steps = stepsOf(graph);
  const reached = (key: string): boolean => key === TRIGGER_KEY || isEntered(run.get(key)) || leftOut(key);
  const leftOut = (key: string): boolean =>
    steps.get(key)?.active === false && follows(graph, key).some(reached);
  const passed = (from: string, to: string): boolean => {
    if (to.endsWith(":join")) return reachedJoin(graph, from, to, run, steps);
    return reached(to) && (from.endsWith(":join") || reached(from));
  };
  return new Set(graph.edges.filter(edge => passed(edge.from, edge.to)).map(edge => edge.id));
}

function follows(graph: FlowGraph, key: string): string[] {
  return graph.edges.filter(edge => edge.from === key).map(edge => edge.to);
}

function reachedJoin(
  graph: FlowGraph,
  from: string,
  to: string,
  run: FlowRun,
  steps: ReadonlyMap<string, Step>,
): boolean {
  if (joinOf(from) === to) {
    const fork = steps.get(from);
    const own = run.get(from);
    if (!fork || !own || own.status !== "completed") return false;
    // Nothing in the records says which arm was taken: it is this one when fewer arms were entered than passes made.
    const taken = fork.arms.reduce(
      (sum, arm) => sum + Math.max(0, ...arm.steps.map(step => run.get(step.key)?.entries.length ?? 0)),
      0,
    );
    return taken < own.entries.length;
  }
  if (from.endsWith(":join")) {
    return graph.edges.some(edge => edge.to === from && reachedJoin(graph, edge.from, from, run, steps));
  }
  return (
    run.get(from)?.entries.some(entry => entry.status !== "failed") === true && !endsHere(steps.get(from))
  );
}

function stepsOf(graph: FlowGraph): Map<string, Step> {
  const found = new Map<string, Step>();
  for (const { step } of [...graph.nodes, ...graph.groups]) {
    if (step) for (const inner of walk([step])) found.set(inner.key, inner);
  }
  return found;
}

function isEntered(run: StepRun | undefined): run is StepRun {
  return run !== undefined && run.order >= 0;
}

const recordKey = (path: string, name: string): string => `${path}|${name}`;

function statusOf(entries: readonly TraceStep[]): StepRun["status"] {
  const last = new Map(entries.map(entry => [entry.iteration ?? -1, entry]));
  if ([...last.values()].some(entry => entry.status === "failed" || entry.error != null)) return "failed";
  return [...last.values()].some(entry => entry.status === "waiting" || entry.status === "running")
    ? "waiting"
    : "completed";
}

function countPasses(step: Step, entries: readonly TraceStep[], run: FlowRun): StepRun["passes"] {
  if (step.control !== "forEach" && step.control !== "loop") return undefined;
  const lists = entries.map(entry => (isRecord(entry.inputs) ? entry.inputs.in : undefined));
  const of = lists.every(Array.isArray) ? lists.reduce((sum, items) => sum + items.length, 0) : undefined;
  const inner = (step.arms[0]?.steps ?? []).map(found => run.get(found.key)?.entries.length ?? 0);
  const made = Math.max(0, ...inner);
  return step.control === "forEach" && of !== undefined ? { made, of } : { made };
}
