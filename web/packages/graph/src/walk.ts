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
