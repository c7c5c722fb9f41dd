import { same } from "./compare.ts";
import type { Flow, Step } from "./types.ts";
import { walk } from "./walk.ts";

/** Which steps of two versions are the same. */
export interface Match {
  toBefore: ReadonlyMap<Step, Step>;
  toAfter: ReadonlyMap<Step, Step>;
  /** Steps of the later version that stand elsewhere than before. */
  moved: ReadonlySet<Step>;
}

/** Find the steps that two versions share: by id, then by equal inputs, then by place. */
export function matchSteps(before: Flow, after: Flow): Match {
  const toBefore = new Map<Step, Step>();
  const toAfter = new Map<Step, Step>();
  const oldSteps = [...walk(before.steps)];
  const rules: ((old: Step, step: Step) => boolean)[] = [
    (old, step) => old.id === step.id && old.use === step.use,
    (old, step) => old.id === step.id,
    (old, step) => old.use === step.use && step.inputs !== undefined && same(old.inputs, step.inputs),
    (old, step) => old.use === step.use && old.path === step.path,
  ];
  for (const rule of rules) {
    for (const step of walk(after.steps)) {
      if (toBefore.has(step)) continue;
      const old = oldSteps.find(found => !toAfter.has(found) && rule(found, step));
      if (!old) continue;
      toBefore.set(step, old);
      toAfter.set(old, step);
    }
  }
  return { toBefore, toAfter, moved: findMoved(before, after, toBefore) };
}

/** A place for steps to stand in: an arm of a step, or the workflow itself. */
interface Home {
  owner: Step | undefined;
  arm: string;
}

function findMoved(before: Flow, after: Flow, toBefore: ReadonlyMap<Step, Step>): Set<Step> {
  const moved = new Set<Step>();
  const homes = new Map<Step, Home & { index: number }>();
  visit(before.steps, { owner: undefined, arm: "" }, (steps, home) => {
    for (const [index, step] of steps.entries()) homes.set(step, { ...home, index });
  });
  visit(after.steps, { owner: undefined, arm: "" }, (steps, home) => {
    const owner = home.owner && toBefore.get(home.owner);
    const stayed: { step: Step; index: number }[] = [];
    for (const step of steps) {
      const old = toBefore.get(step);
      const was = old && homes.get(old);
      if (!was) continue;
      const sameHome = was.owner === owner && was.arm === home.arm && (owner !== undefined || !home.owner);
      if (sameHome) stayed.push({ step, index: was.index });
      else moved.add(step);
    }
    const inOrder = new Set(longestRise(stayed.map(({ index }) => index)));
    for (const { step, index } of stayed) if (!inOrder.has(index)) moved.add(step);
  });
  return moved;
}

function visit(steps: readonly Step[], home: Home, tell: (steps: readonly Step[], home: Home) => void): void {
  tell(steps, home);
  for (const step of steps) {
    for (const [index, arm] of step.arms.entries()) {
      visit(arm.steps, { owner: step, arm: armName(step, index) }, tell);
    }
  }
}

/** What tells an arm from the others of its step; cases are told apart by their place. */
export function armName(step: Step, index: number): string {
  const arm = step.arms[index];
  return step.control === "switch" && arm?.label !== "default" ? `case ${index}` : (arm?.label ?? "");
}

/** The longest rising subsequence of different numbers: what kept its order while the rest moved. */
function longestRise(numbers: readonly number[]): number[] {
  const tails: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const number of numbers) {
    const at = tails.findIndex(tail => tail > number);
    const place = at < 0 ? tails.length : at;
    before.set(number, tails[place - 1]);
    tails[place] = number;
  }
  const rise: number[] = [];
  for (let last = tails.at(-1); last !== undefined; last = before.get(last)) rise.unshift(last);
  return rise;
}
