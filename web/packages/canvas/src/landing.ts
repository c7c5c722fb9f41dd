import { type FlowRun, TRIGGER_KEY } from "@blok/graph";

/** How long a whole run takes to land, and one step of it, in milliseconds. */
const WHOLE_MS = 600;
const STEP_MS = 160;

/** When something of a run lands. Another run is another `take`, so that it lands anew. */
export interface Landing {
  take: number;
  delay: string;
}

const takes = new WeakMap<FlowRun, number>();
let lastTake = 0;

/** When each step of a run lands, in the order in which the run entered them: all within 600 ms. */
export function landings(run: FlowRun | undefined): (...keys: string[]) => Landing {
  const entered = [...(run ?? [])]
    .filter(([key, found]) => key !== TRIGGER_KEY && found.order >= 0)
    .sort(([, a], [, b]) => a.order - b.order);
  const delays = new Map(
    entered.map(([key], index) => [key, Math.round(((index + 1) / entered.length) * (WHOLE_MS - STEP_MS))]),
  );
  const take = run ? takeOf(run) : 0;
  return (...keys) => ({ take, delay: `${keys.map(key => delays.get(key)).find(Boolean) ?? 0}ms` });
}

function takeOf(run: FlowRun): number {
  const known = takes.get(run);
  if (known !== undefined) return known;
  lastTake += 1;
  takes.set(run, lastTake);
  return lastTake;
}
