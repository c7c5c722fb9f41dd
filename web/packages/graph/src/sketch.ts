import type { Flow, Step } from "./types.ts";

/** The outline of a workflow in its smallest form; the trigger comes first, as `trigger:http`. */
export interface SketchStep {
  use: string;
  arms: SketchStep[][];
}

/** A flow as a sketch: its shape, without inputs and conditions. */
export function toSketch(flow: Flow): SketchStep[] {
  const trigger = flow.trigger.kind === "none" ? [] : [{ use: `trigger:${flow.trigger.kind}`, arms: [] }];
  return [...trigger, ...flow.steps.map(sketchStep)];
}

function sketchStep(step: Step): SketchStep {
  return { use: step.control ?? step.use, arms: step.arms.map(arm => arm.steps.map(sketchStep)) };
}
