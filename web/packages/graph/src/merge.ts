import { armName, type Match } from "./match.ts";
import type { Arm, Flow, Step } from "./types.ts";
import { walk } from "./walk.ts";

/** The later of two versions with the removed steps put back. */
export interface Merged {
  flow: Flow;
  /** The key that a step of either version has in `flow`. */
  keyOf: (step: Step) => string;
}

/** Put the steps that were removed back where they stood, beside the step that stood before them. */
export function mergeFlows(before: Flow, after: Flow, match: Match): Merged {
  const gone = new Set([...walk(before.steps)].filter(step => !match.toAfter.has(step)));
  const keyOf = (step: Step) =>
    gone.has(step) ? `removed:${step.key}` : (match.toAfter.get(step) ?? step).key;

  const merge = (was: readonly Step[], now: readonly Step[]): Step[] => {
    const merged = now.map(step => ({ ...step, arms: mergeArms(match.toBefore.get(step), step) }));
    let at = 0;
    for (const step of was) {
      const kept = match.toAfter.get(step);
      if (kept) {
        const place = merged.findIndex(found => found.key === kept.key);
        if (place >= 0) at = place + 1;
      } else {
        merged.splice(at, 0, ghost(step));
        at += 1;
      }
    }
    return merged;
  };

  const mergeArms = (was: Step | undefined, now: Step): Arm[] => {
    const old = new Map(was?.arms.map((arm, index) => [armName(was, index), arm]));
    const arms = now.arms.map((arm, index) => {
      const name = armName(now, index);
      const before = old.get(name)?.steps ?? [];
      old.delete(name);
      return { ...arm, steps: merge(before, arm.steps) };
    });
    return [...arms, ...[...old.values()].map(arm => ({ ...arm, steps: merge(arm.steps, []) }))];
  };

  /** A removed step; what was inside it and still exists stands elsewhere now. */
  const ghost = (step: Step): Step => ({
    ...step,
    key: keyOf(step),
    arms: step.arms.map(arm => ({ ...arm, steps: merge(arm.steps, []) })),
  });

  return { flow: { ...after, steps: merge(before.steps, after.steps) }, keyOf };
}
