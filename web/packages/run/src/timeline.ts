import type { FlowRun, TraceStep } from "@blok/graph";

/** One executed step on the line of time. Offsets and durations are in milliseconds from the beginning. */
export type Row = {
  entry: TraceStep;
  index: number;
  key: string;
  pass: number;
  start: number;
  duration: number;
};

/**
 * Put the entries of a trace on a line of time.
 *
 * A trace tells how long each step took, a step before those inside of it. So a step begins where the one before
 * it at its depth ended, or where the one around it begins.
 */
export function timeline(trace: readonly TraceStep[], run: FlowRun | undefined): Row[] {
  const places = new Map<TraceStep, { key: string; pass: number }>();
  for (const [key, found] of run ?? [])
    for (const [pass, entry] of found.entries.entries()) places.set(entry, { key, pass });
  const begins: number[] = [0];
  return trace.map((entry, index) => {
    const start = begins[entry.depth] ?? begins.at(-1) ?? 0;
    begins.length = entry.depth;
    begins.push(start + entry.duration_ms, start);
    const { key, pass } = places.get(entry) ?? { key: entry.path, pass: 0 };
    return { entry, index, key, pass, start, duration: entry.duration_ms };
  });
}

/** Where the last of the rows ends, in milliseconds; never 0, so that it can be divided by. */
export function lengthOf(rows: readonly Row[]): number {
  return Math.max(0.01, ...rows.map(row => row.start + row.duration));
}
