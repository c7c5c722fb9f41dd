/** How long a whole run takes to land, and one step of it, in milliseconds. */
const WHOLE_MS = 600;
const STEP_MS = 160;

/** When a step lands, from its share of the run, as a CSS time. */
export function landingDelay(share: number): string {
  return `${Math.round(share * (WHOLE_MS - STEP_MS))}ms`;
}
