import type { Flow, Step } from "./types.ts";

/** Every step of a list and everything nested in it, in the order of the document. */
export function* walk(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    for (const arm of step.arms) yield* walk(arm.steps);
  }
}

/** The step of a key, or undefined. */
export function findStep(flow: Flow, key: string): Step | undefined {
  for (const step of walk(flow.steps)) if (step.key === key) return step;
  return undefined;
}

/** The keys of the steps around a step, outermost first; none for a step of the workflow itself. */
export function ancestorsOf(flow: Flow, key: string): string[] {
  const search = (steps: readonly Step[]): string[] | undefined => {
    for (const step of steps) {
      if (step.key === key) return [];
      const inner = step.arms.map(arm => search(arm.steps)).find(found => found !== undefined);
      if (inner) return [step.key, ...inner];
    }
    return undefined;
  };
  return search(flow.steps) ?? [];
}
