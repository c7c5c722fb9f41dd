import type { Flow, Step, StepChange, StepRun } from "@blok/graph";

/** A time as people read it: `0.3 ms`, `42 ms`, `1.2 s`. */
export function sayTime(ms: number): string {
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  return ms < 0.05 ? "< 0.1 ms" : `${ms.toFixed(1)} ms`;
}

/** What a step did in a run, in words; empty without a run. */
export function sayRun(run: StepRun | undefined): string {
  if (!run) return "";
  if (run.status === "skipped") return "skipped";
  if (run.status === "waiting") return "waiting";
  const times = run.entries.length > 1 ? `, ran ${run.entries.length} times` : "";
  if (run.status === "failed" && run.entries.length > 1) return sayFailed(run);
  return `${run.status === "failed" ? "failed after" : "completed in"} ${sayTime(run.duration_ms)}${times}`;
}

/** The mono line under a title: the node, or what kind of control step it is. */
export function sayUse(step: Step): string {
  return step.control === "subworkflow" ? `subworkflow ${step.detail}` : step.use;
}

/** How often a step failed: `failed`, or `1 of 3 failed`. */
export function sayFailed(run: StepRun): string {
  const failed = run.entries.filter(entry => entry.status === "failed").length;
  return run.entries.length > 1
    ? `${failed} of ${run.entries.length} failed`
    : `failed · ${sayTime(run.duration_ms)}`;
}

/** The words of the chip on a card: `9.8 ms`, `9.8 ms × 3`, `skipped`. */
export function sayChip(run: StepRun): string {
  if (run.status === "failed") return sayFailed(run);
  if (run.status !== "completed") return run.status;
  return run.entries.length > 1
    ? `${sayTime(run.duration_ms)} × ${run.entries.length}`
    : sayTime(run.duration_ms);
}

/** The label of a step that holds others: `forEach line in order.lines · 3 of 3`. */
export function sayGroup(step: Step, run: StepRun | undefined): string {
  const repeats = step.control === "forEach" || step.control === "loop";
  const head = repeats ? `${step.control} ${step.detail.replace(/^while /, "")}` : step.title;
  const tail = step.control === "branch" || step.control === "switch" ? step.detail : "";
  const passes = run && run.order >= 0 ? run.passes : undefined;
  const count =
    passes && (passes.of === undefined ? countPasses(passes.made) : `${passes.made} of ${passes.of}`);
  return [head, tail, count].filter(Boolean).join(" · ");
}

function countPasses(count: number): string {
  return `${count} ${count === 1 ? "pass" : "passes"}`;
}

/** What became of a step between two versions: `added`, `2 changes, moved`. */
export function sayChange({ kind, moved, fields }: StepChange): string {
  if (kind !== "changed") return kind;
  const count = `${fields.length} ${fields.length === 1 ? "change" : "changes"}`;
  return moved ? `${count}, moved` : count;
}

/** What a screen reader says of a step: `Step 3 of 8, Reserve stock, completed in 9.8 ms`. */
export function sayStep(
  step: Step,
  { index, count }: { index: number; count: number },
  run?: StepRun,
  change?: StepChange,
): string {
  const parts = [`Step ${index} of ${count}`, step.title, sayUse(step), sayRun(run)];
  if (change) parts.push(sayChange(change));
  if (!step.active) parts.push("switched off");
  return parts.filter(Boolean).join(", ");
}

/** What a screen reader says of the trigger. */
export function sayTrigger(flow: Flow): string {
  return `Trigger, ${flow.trigger.label}`;
}
