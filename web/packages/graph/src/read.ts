import { readTrigger } from "./describe.ts";
import { StepReader } from "./steps.ts";
import { isRecord } from "./text.ts";
import type { Flow } from "./types.ts";

/**
 * Read a parsed definition of either generation.
 *
 * Never throws: what cannot be read is left out and told in `problems`.
 */
export function readFlow(definition: unknown): Flow {
  const document = isRecord(definition) ? definition : {};
  const generation = detectGeneration(document);
  const reader = new StepReader(generation, isRecord(document.nodes) ? document.nodes : {});
  if (!isRecord(definition)) reader.problem([], "A workflow is an object.");
  const steps = reader.list(document.steps, ["steps"]);
  if (isRecord(definition) && steps.length === 0)
    reader.problem(["steps"], "A workflow has at least one step.");
  return {
    name: typeof document.name === "string" ? document.name : "",
    version: typeof document.version === "string" ? document.version : "",
    generation,
    trigger: readTrigger(document.trigger),
    steps,
    problems: reader.problems,
  };
}

/**
 * The generation a document was written for, by its shape: a top-level `nodes` map, or steps with `name` and
 * `node` and neither `id` nor `use`, is generation 1.
 */
export function detectGeneration(document: Record<string, unknown>): 1 | 2 {
  const steps = document.steps;
  if (!Array.isArray(steps) || document.schemaVersion === "2" || document.schemaVersion === 2) {
    return isRecord(document.nodes) && Object.keys(document.nodes).length > 0 ? 1 : 2;
  }
  const shapes = steps.filter(isRecord);
  if (shapes.some(step => "id" in step || "use" in step)) return 2;
  return shapes.some(step => "name" in step && "node" in step) ? 1 : 2;
}
