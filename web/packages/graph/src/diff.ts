import { compare, type FieldChange } from "./compare.ts";
import { matchSteps } from "./match.ts";
import { mergeFlows } from "./merge.ts";
import type { Flow, Step } from "./types.ts";
import { walk } from "./walk.ts";

export type ChangeKind = "added" | "removed" | "changed" | "moved";

/** What became of one step. */
export interface StepChange {
  /** A step that both changed and moved is `changed`; see `moved`. */
  kind: ChangeKind;
  before?: Step;
  after?: Step;
  moved: boolean;
  /** What changed in it, by JSON Pointers into the step: `/inputs/url`. */
  fields: FieldChange[];
}

/** The difference between two versions of a workflow. */
export interface FlowDiff {
  /** In the order of the later version; removed steps where they were. */
  changes: StepChange[];
  /** What changed of the workflow itself: `/name`, `/trigger/path`. */
  fields: FieldChange[];
  /** The later version with the removed steps put back where they were, to be drawn. */
  flow: Flow;
  /** The change of each step of `flow` that changed, by key. */
  marks: ReadonlyMap<string, StepChange>;
}

/** Compare two versions: a step is the same one when its id is, else when its place or its inputs are. */
export function diffFlows(before: Flow, after: Flow): FlowDiff {
  const match = matchSteps(before, after);
  const { flow, keyOf } = mergeFlows(before, after, match);
  const marks = new Map<string, StepChange>();
  for (const step of walk(after.steps)) {
    const old = match.toBefore.get(step);
    const change = old ? changeOf(old, step, match.moved.has(step)) : added(step);
    if (change) marks.set(keyOf(step), change);
  }
  for (const step of walk(before.steps)) {
    if (!match.toAfter.has(step)) {
      marks.set(keyOf(step), { kind: "removed", before: step, moved: false, fields: [] });
    }
  }
  const changes = [...walk(flow.steps)].flatMap(step => marks.get(step.key) ?? []);
  return { changes, fields: compare(aboutFlow(before), aboutFlow(after)), flow, marks };
}

function added(after: Step): StepChange {
  return { kind: "added", after, moved: false, fields: [] };
}

function changeOf(before: Step, after: Step, moved: boolean): StepChange | undefined {
  const fields = compare(aboutStep(before), aboutStep(after));
  if (fields.length === 0 && !moved) return undefined;
  return { kind: fields.length > 0 ? "changed" : "moved", before, after, moved, fields };
}

function aboutFlow({ name, version, trigger }: Flow): Record<string, unknown> {
  return { name, version, trigger: { kind: trigger.kind, method: trigger.method, path: trigger.path } };
}

/** What a step says of itself, without what is nested in it. */
function aboutStep(step: Step): Record<string, unknown> {
  const { id, title, use, active, stop, inputs, options } = step;
  const arms = step.arms.map(({ label, condition }) => (condition ? `${label} ${condition}` : label));
  return { id, title, use, active, stop, inputs, options, ...(arms.length > 0 && { arms }) };
}
