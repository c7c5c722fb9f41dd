// How far a run went: the records of its trace, joined to the steps of its plan.

const keyOf = (record) => `${record.path}|${record.step ?? record.name}`;

/**
 * What the graph needs to know. `of(step)` gives {status, records, reached, goesOn, current, arms, none}: `status`
 * is done, earlier, failed, running, waiting, off or untouched; `arms` tells for each arm whether the run took it,
 * `none` whether it took none of them.
 */
export function progress(plan, record, live) {
  const byKey = new Map();
  for (const node of record.nodes) {
    const key = keyOf(node);
    if (!byKey.has(key)) byKey.set(key, []);
    byKey.get(key).push(node);
  }
  const states = new Map();
  const waiting = record.run.status !== "running";
  list(plan.steps, { byKey, states, waiting }, live, "once");
  const planned = new Set([...states.keys()].map(keyOf));
  return {
    keyOf,
    of: (step) => states.get(step),
    records: (key) => byKey.get(key) ?? [],
    extra: [...byKey].filter(([key]) => !planned.has(key)).map(([key, records]) => ({ key, records })),
    failedAt: live ? null : record.run.error && record.nodes.findLast((node) => node.error),
  };
}

/** Judge a list of steps; `live` when the run may be inside of it. Returns whether anything of it ran. */
function list(steps, known, live, repeats) {
  const current = live ? cursor(steps, known, repeats) : null;
  let touched = false;
  let ended = false;
  for (const step of steps) {
    ended ||= step.active && step.stop;
    const state = judge(step, known, step === current, repeats);
    if (ended || !step.active) state.status = "off";
    known.states.set(step, state);
    touched ||= state.reached;
  }
  // A run that went on after a wait may have left the records of its first part behind.
  const last = steps.findLastIndex((step) => known.states.get(step).reached);
  for (const step of steps.slice(0, Math.max(0, last))) {
    const state = known.states.get(step);
    if (state.status === "untouched") Object.assign(state, { status: "earlier", reached: true });
  }
  // A step that is left out is passed by: the way leads on through it, to the next one or to the end.
  let before = null;
  for (const state of steps.map((step) => known.states.get(step))) {
    if (state.status === "off") state.reached = before === null ? touched : before.goesOn;
    state.goesOn = state.status === "off" ? state.reached : state.status === "done" || state.status === "earlier";
    before = state;
  }
  return touched;
}

/** The step a live list is at: the first that ran less often than the one before it. */
function cursor(steps, known, repeats) {
  const active = steps.filter((step) => step.active && !step.stop);
  const count = (step) => (known.byKey.get(keyOf(step)) ?? []).length;
  if (!active.length) return null;
  const wanted = { once: 1, body: count(active.at(-1)) + 1, arm: Math.max(1, count(active[0])) }[repeats];
  const from = repeats === "once" ? active.findLastIndex((step) => started([step], known)) : 0;
  return active.slice(Math.max(0, from)).find((step) => count(step) < wanted || (step.kind === "branch" && unfinished(step, known))) ?? null;
}

/** A branch writes its record when it has chosen: the arm it took may still be at work. */
function unfinished(step, known) {
  const taken = (known.byKey.get(keyOf(step)) ?? []).at(-1)?.took?.index ?? -1;
  return taken >= 0 && cursor(step.arms[taken].steps, known, "once") !== null;
}

function judge(step, known, current, repeats) {
  const records = known.byKey.get(keyOf(step)) ?? [];
  const inArm = repeats === "once" ? "once" : "arm";
  const took = new Set(records.map((node) => node.took?.index).filter((index) => index !== undefined));
  const at = current ? armAt(step, records, known) : -1;
  const arms = (step.arms ?? []).map((arm, index) => {
    const touched = list(arm.steps, known, index === at, inArm);
    return touched || took.has(index) || (took.has(-1) && arm.label === "default");
  });
  const inside = step.body ? list(step.body, known, current, "body") : arms.some(Boolean);
  const reached = records.length > 0 || inside || current;
  return { records, arms, none: took.has(-1), reached, current, status: status(records, inside, current, known.waiting) };
}

/** The arm that a live step is in, or -1. */
function armAt(step, records, known) {
  if (step.kind === "branch") return records.at(-1)?.took?.index ?? -1;
  const last = (step.arms ?? []).findLastIndex((arm) => started(arm.steps, known));
  return last < 0 && step.kind === "tryCatch" ? 0 : last;
}

function started(steps, known) {
  return steps.some((step) => known.byKey.has(keyOf(step)) || inner(step).some((nested) => started(nested, known)));
}

function inner(step) {
  return step.body ? [step.body] : (step.arms ?? []).map((arm) => arm.steps);
}

function status(records, inside, current, waiting) {
  if (current) return waiting ? "waiting" : "running";
  if (!records.length) return inside ? "done" : "untouched";
  // A step that was tried again counts as its last attempt did.
  const last = new Map(records.map((node) => [node.iteration, node]));
  return [...last.values()].some((node) => node.error) ? "failed" : "done";
}

/** How many passes a step with a body has made. */
export function passes(step, state) {
  const records = state.of(step).records;
  const items = records.map((node) => node.inputs?.in).filter(Array.isArray);
  if (items.length && items.length === records.length) return items.reduce((sum, each) => sum + each.length, 0);
  return Math.max(0, ...step.body.map((inside) => state.of(inside).records.length));
}
