import type { Flow, FlowRun, Step, StepRun } from "@blok/graph";

/** A time as people read it: `0.3 ms`, `42 ms`, `1.2 s`. */
export function sayTime(ms: number): string {
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(1)} ms`;
}

/** What a step did in a run, in words; empty without a run. */
export function sayRun(run: StepRun | undefined): string {
  if (!run) return "";
  if (run.status === "skipped") return "skipped";
  if (run.status === "waiting") return "waiting";
  const times = run.entries.length > 1 ? `, ran ${run.entries.length} times` : "";
  return `${run.status === "failed" ? "failed after" : "completed in"} ${sayTime(run.duration_ms)}${times}`;
}

/** The mono line under a title: the node, or what kind of control step it is. */
export function sayUse(step: Step): string {
  return step.control === "subworkflow" ? `subworkflow ${step.detail}` : step.use;
}

/** The label of a step that holds others: `forEach line in order.lines · 3 of 3`. */
export function sayGroup(step: Step, run: StepRun | undefined): string {
  const head =
    step.control === "forEach" || step.control === "loop" ? `${step.control} ${step.detail}` : step.title;
  if (!run || run.passes === undefined || run.order < 0) return head.trim();
  const wanted = totalOf(run);
  const count =
    wanted === undefined
      ? `${run.passes} ${run.passes === 1 ? "pass" : "passes"}`
      : `${run.passes} of ${wanted}`;
  return `${head.trim()} · ${count}`;
}

function totalOf(run: StepRun): number | undefined {
  const inputs = run.entries.map(entry => entry.inputs);
  const lists = inputs.map(value =>
    value && typeof value === "object" && "in" in value ? value.in : undefined,
  );
  if (lists.length === 0 || !lists.every(Array.isArray)) return undefined;
  return lists.reduce((sum, list) => sum + list.length, 0);
}

/** What a screen reader says of a step: `Step 3 of 8, Reserve stock, completed in 9.8 ms`. */
export function sayStep(step: Step, place: { index: number; count: number }, run?: FlowRun): string {
  const parts = [
    `Step ${place.index} of ${place.count}`,
    step.title,
    sayUse(step),
    sayRun(run?.get(step.key)),
  ];
  if (!step.active) parts.push("switched off");
  return parts.filter(Boolean).join(", ");
}

/** What a screen reader says of the trigger. */
export function sayTrigger(flow: Flow): string {
  return `Trigger, ${flow.trigger.label}`;
}
