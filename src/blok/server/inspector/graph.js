// The workflow as a graph, top to bottom: tiles in HTML, the edges between them in one SVG behind.
import { el, svg, time } from "./elements.js";
import { passes } from "./progress.js";

const ICONS = {
  node: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  branch: "M6 4v16M6 12h6a6 6 0 0 0 6-6V4M15 7l3-3 3 3",
  switch: "M4 12h5M9 12l5-7h6M9 12h11M9 12l5 7h6",
  forEach: "M4 9a8 8 0 0 1 14-3l2 2M20 3v5h-5M20 15a8 8 0 0 1-14 3l-2-2M4 21v-5h5",
  loop: "M4 9a8 8 0 0 1 14-3l2 2M20 3v5h-5M20 15a8 8 0 0 1-14 3l-2-2M4 21v-5h5",
  tryCatch: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 12l2 2 4-4",
  wait: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3",
  subworkflow: "M4 4h7v7H4zM13 13h7v7h-7zM8 11v6h5",
  answer: "M4 12h14M13 6l6 6-6 6",
  network: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
};
const WORDS = {
  done: "ran", earlier: "ran earlier", failed: "failed", running: "running", waiting: "waiting", off: "left out",
  untouched: "not reached",
};

let links = [];

/** The graph of a run. `select(key)` is called with the key of the tile that is chosen. */
export function drawGraph(plan, record, state, selected, select) {
  links = [];
  const made = el("div", null, { class: "graph" });
  const context = { state, selected, select };
  const start = pill("request", record.run.triggerSummary ?? "start", "start", context);
  made.append(svg("svg", { class: "edges", "aria-hidden": "true" }), start);
  let from = [{ at: start, on: true }];
  if (state.extra.length) {
    const strip = extras(state.extra, context);
    link(from, strip, true);
    made.append(strip);
    from = [{ at: strip, on: true }];
  }
  const steps = list(plan.steps, from, context);
  const end = pill("response", record.run.status, `end ${record.run.status}`, context);
  link(steps.exits, end, record.run.status === "completed");
  made.append(steps.made, end);
  return made;
}

function pill(key, text, kind, { selected, select }) {
  const chosen = selected?.key === key || (selected === null && key === "response");
  const made = el("button", text, { type: "button", class: `pill ${kind}`, "data-key": key, "aria-pressed": String(chosen) });
  made.setAttribute("aria-label", `${key}: ${text}`);
  made.addEventListener("click", () => select(key));
  return made;
}

/** Steps that are in the trace but not in the file: middleware before it, and what flow nodes returned. */
function extras(extra, context) {
  const made = el("div", null, { class: "body" });
  made.append(el("span", "not in the file", { class: "label", title: "From middleware, or from steps that a node returned" }));
  for (const { key, records } of extra) {
    const { step: name, node } = records[0];
    const failed = records.at(-1).error;
    const state = { records, status: failed ? "failed" : "done" };
    made.append(tile({ name, node, kind: "node", about: "" }, key, state, context));
  }
  return made;
}

function list(steps, entries, context) {
  const made = el("ol", null, { class: "steps" });
  let exits = entries;
  for (const step of steps) {
    const item = el("li", null, { class: "unit" });
    exits = unit(step, exits, item, context);
    made.append(item);
  }
  return { made, exits };
}

/** One step with what is inside of it; returns where the next edge starts. */
function unit(step, from, item, context) {
  const state = context.state.of(step);
  const made = tile(step, context.state.keyOf(step), state, context);
  item.append(made);
  link(from, made, state.reached);
  if (step.arms) return arms(step, state, made, item, context);
  if (step.body) return body(step, state, made, item, context);
  // In a live loop a step is done for the passes before this one.
  return [{ at: made, on: state.goesOn || (state.current && state.records.length > 0) }];
}

function arms(step, state, made, item, context) {
  const row = el("div", null, { class: "arms" });
  let exits = [];
  const settled = state.reached && !state.current;
  const add = (label, steps, taken, sources, place) => {
    const column = el("div", null, { class: taken || !settled ? "arm" : "arm faded" });
    const name = el("span", label, { class: taken ? "label on" : "label", title: label });
    link(sources, name, taken);
    const inner = list(steps, [{ at: name, on: taken }], { ...context, skipped: settled && !taken });
    column.append(name, inner.made);
    place.append(column);
    return inner.exits;
  };
  const tops = step.arms.filter((arm) => arm.label !== "finally" || step.kind !== "tryCatch");
  tops.forEach((arm, index) => {
    exits = exits.concat(add(arm.label, arm.steps, state.arms[index], [{ at: made, on: state.reached }], row));
  });
  const complete = step.kind === "tryCatch" || step.arms.some((arm) => arm.label === "else" || arm.label === "default");
  if (!complete) {
    exits = exits.concat(add("otherwise", [], state.none, [{ at: made, on: state.reached }], row));
  }
  item.append(row);
  if (tops.length < step.arms.length) {
    const at = step.arms.length - 1;
    // The way to `finally` leads on from wherever the blocks before it ended, well or badly.
    const place = el("div", null, { class: "finally" });
    exits = add("finally", step.arms[at].steps, state.arms[at], exits, place);
    item.append(place);
  }
  return exits;
}

function body(step, state, made, item, context) {
  const box = el("div", null, { class: "body" });
  const count = passes(step, context.state);
  const label = state.reached ? `${count} ${count === 1 ? "pass" : "passes"}` : "repeats";
  box.append(el("span", label, { class: count ? "label on" : "label" }));
  const inner = list(step.body, [{ at: made, on: state.reached }], context);
  box.append(inner.made);
  item.append(box);
  return [{ at: box, on: state.goesOn }];
}

function tile(step, key, state, { selected, select, skipped }) {
  const kind = look(step);
  const chosen = selected?.key === key;
  const made = el("button", null, {
    type: "button", class: `tile ${state.status}`, "data-key": key, "aria-pressed": String(chosen),
  });
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  icon.append(svg("path", { d: ICONS[kind] }));
  const square = el("span", null, { class: `icon ${kind}` });
  square.append(icon);
  const words = el("span", null, { class: "words" });
  const about = step.node ? [step.node, step.about].filter(Boolean).join(" · ") : step.about || step.kind;
  const took = state.records.reduce((sum, node) => sum + node.duration_ms, 0);
  const word = skipped ? "skipped" : WORDS[state.status];
  const chip = state.records.length ? time(took) : word;
  words.append(el("strong", step.name), el("span", chip, { class: "chip" }));
  made.append(square, words, el("span", about, { class: "mono" }));
  if (state.records.length > 1) made.append(el("span", `×${state.records.length}`, { class: "times" }));
  made.setAttribute("aria-label", `${step.name}, ${word}${state.records.length ? `, ${chip}` : ""}`);
  made.title = `${step.name}\n${step.kind === "node" ? "" : `${step.kind} `}${about}`;
  made.addEventListener("click", () => select(key));
  return made;
}

function look(step) {
  if (step.kind !== "node") return step.kind in ICONS ? step.kind : "node";
  if (step.node === "@blokjs/respond") return "answer";
  return /api-call|fetch|http|sse|publish/.test(step.node ?? "") ? "network" : "node";
}

function link(sources, to, reached) {
  for (const { at, on } of sources) links.push({ from: at, to, on: on && reached });
}

/** Draw the edges where the tiles are now. */
export function drawEdges(canvas) {
  const graph = canvas.querySelector(".graph");
  if (!graph) return;
  const base = graph.getBoundingClientRect();
  const paths = [...links].sort((a, b) => a.on - b.on).map(({ from, to, on }) => {
    const start = from.getBoundingClientRect();
    const end = to.getBoundingClientRect();
    const [x1, y1] = [start.left + start.width / 2 - base.left, start.bottom - base.top];
    const [x2, y2] = [end.left + end.width / 2 - base.left, end.top - base.top];
    // Down beside the other arms first, then over to the next tile.
    const turn = Math.max(y1, y2 - 40);
    const middle = (turn + y2) / 2;
    return svg("path", { class: on ? "on" : "", d: `M${x1} ${y1}V${turn}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}` });
  });
  const sheet = graph.querySelector(".edges");
  sheet.setAttribute("width", base.width);
  sheet.setAttribute("height", base.height);
  sheet.replaceChildren(...paths);
}
