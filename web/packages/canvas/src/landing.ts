import { type FlowRun, TRIGGER_KEY, type TraceStep } from "@blok/graph";

/** How long a whole run takes to land, and one step of it, in milliseconds. */
const WHOLE_MS = 600;
const STEP_MS = 160;

/** When something of a run lands. Other records are another `take`, so that they land anew. */
export interface Landing {
  take: number;
  delay: string;
}

const takes = new WeakMap<TraceStep, number>();
let lastTake = 0;

/** When each step of a run lands, in the order in which the run entered them: all within 600 ms. */
export function landings(run: FlowRun | undefined): (...keys: string[]) => Landing {
  const entered = [...(run ?? [])]
    .filter(([key, found]) => key !== TRIGGER_KEY && found.order >= 0)
    .sort(([, a], [, b]) => a.order - b.order);
  const delays = new Map(
    entered.map(([key], index) => [key, Math.round(((index + 1) / entered.length) * (WHOLE_MS - STEP_MS))]),
  );
  const take = takeOf(entered.flatMap(([, found]) => found.entries)[0]);
  return (...keys) => ({ take, delay: `${keys.map(key => delays.get(key)).find(Boolean) ?? 0}ms` });
}

/** A number for a run, from its first record: it stays the same when only the workflow around it is edited. */
function takeOf(first: TraceStep | undefined): number {
  if (!first) return 0;
  const known = takes.get(first);
  if (known !== undefined) return known;
  lastTake += 1;
  takes.set(first, lastTake);
  return lastTake;
}
