// The data of a run: its trace as a waterfall, and what the selected step took and gave.
import { el, json, time } from "./elements.js";

const MOST_ROWS = 400;

/** The parts of the panel beside the graph. `select(key, index)` chooses one record of one step. */
export function showDetails(record, state, selected, select) {
  const error = selected === null ? null : state.records(selected.key)[selected.index]?.error;
  const said = error?.message === record.run.error?.message;
  return [head(record.run, said), waterfall(record, state, selected, select), chosen(record, state, selected, select)];
}

function head(run, said) {
  const made = el("div", null, { class: "head" });
  const title = el("div", null, { class: "title" });
  title.append(el("h2", run.workflowName), el("span", run.status, { class: `badge ${run.status}` }));
  const facts = [];
  if (run.finishedAt) facts.push(time(run.durationMs));
  if (run.startedAt) facts.push(new Date(run.startedAt).toLocaleString());
  if (run.scheduledAt) facts.push(`goes on ${new Date(run.scheduledAt).toLocaleString()}`);
  made.append(title, el("p", facts.join(" · "), { class: "soft time" }), el("p", run.id, { class: "mono soft" }));
  if (run.error && !said) made.append(problem(run.error));
  return made;
}

function problem(error) {
  const made = el("div", null, { class: "problem", role: "note" });
  made.append(el("strong", error.name), el("span", error.message));
  return made;
}

function waterfall({ run, nodes }, state, selected, select) {
  const made = el("div", null, { class: "waterfall" });
  made.append(el("h3", "Trace"));
  if (!nodes.length) made.append(el("p", "No step has finished yet.", { class: "soft" }));
  const start = (nodes[0]?.started_at ?? 0) * 1000;
  const last = nodes.map((node) => node.started_at * 1000 + node.duration_ms);
  const whole = Math.max(0.001, last.reduce((most, each) => Math.max(most, each), 0) - start);
  const counts = new Map();
  const rows = el("ol");
  for (const node of nodes) {
    const key = state.keyOf(node);
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    if (rows.childElementCount < MOST_ROWS) rows.append(bar(node, { key, index, start, whole, selected, select }));
  }
  made.append(rows);
  if (nodes.length > MOST_ROWS) {
    made.append(el("p", `${nodes.length - MOST_ROWS} more of ${run.workflowName}: select a tile to step through its passes.`, { class: "soft" }));
  }
  return made;
}

function bar(node, { key, index, start, whole, selected, select }) {
  const on = selected?.key === key && selected.index === index;
  const made = el("button", null, {
    type: "button", "data-key": `${key}|${index}`, "aria-pressed": String(on), class: node.error ? "failed" : "",
  });
  const name = el("span", node.step, { class: "name" });
  name.style.paddingInlineStart = `${Math.min(node.depth, 4) * 8}px`;
  if (node.iteration !== undefined) name.append(el("small", ` #${node.iteration + 1}`));
  const track = el("span", null, { class: "track" });
  const line = el("i");
  const left = Math.min(99, (100 * (node.started_at * 1000 - start)) / whole);
  line.style.left = `${left}%`;
  line.style.width = `${Math.max(1, Math.min(100 - left, (100 * node.duration_ms) / whole))}%`;
  track.append(line);
  made.append(name, track, el("span", time(node.duration_ms), { class: "time" }));
  made.addEventListener("click", () => select(key, index));
  const item = el("li");
  item.append(made);
  return item;
}

function chosen(record, state, selected, select) {
  const made = el("div", null, { class: "chosen" });
  if (selected === null || selected.key === "request" || selected.key === "response") {
    const key = selected?.key ?? "response";
    made.append(el("h3", key === "request" ? "Request" : "Response"));
    if (key === "response" && (record.response ?? null) === null && !record.run.error) made.append(el("p", "No answer yet.", { class: "soft" }));
    else made.append(json(key === "response" ? unwrapped(record.response ?? null) : record.request ?? null));
    if (selected === null) made.append(part("request", record.request));
    if (record.logs?.length) made.append(part("notes", record.logs));
    return made;
  }
  const records = state.records(selected.key);
  const node = records[Math.min(selected.index, records.length - 1)];
  const name = selected.key.split("|").slice(1).join("|");
  const title = el("div", null, { class: "title" });
  title.append(el("h3", name));
  if (!node) {
    made.append(title, el("p", "The run did not come here, or has not yet.", { class: "soft" }));
    return made;
  }
  title.append(el("span", node.status, { class: `badge ${node.status}` }), el("span", time(node.duration_ms), { class: "soft time" }));
  made.append(title, el("p", `${node.node} · ${node.path}`, { class: "mono soft" }));
  if (records.length > 1) made.append(chooser(records, selected, select));
  if (node.took) made.append(el("p", tookText(node), { class: "soft" }));
  if (node.cached) made.append(el("p", "Remembered from an earlier run with the same key.", { class: "soft" }));
  if (node.error) made.append(problem(node.error));
  made.append(part("inputs", node.inputs), part("output", node.output), part("state change", node.state_change));
  return made;
}

/** A result without the envelope that steps pass around. */
function unwrapped(response) {
  return response !== null && typeof response === "object" && "success" in response && "data" in response ? response.data : response;
}

function tookText({ took }) {
  if (took.arm) return `Took the ${took.arm} arm.`;
  return took.index < 0 ? "No condition held." : `Took case ${took.index + 1}.`;
}

function part(name, value) {
  const made = el("section");
  made.append(el("h4", name), json(value));
  return made;
}

/** Which of several records of one step: its passes, or its attempts. */
function chooser(records, selected, select) {
  const made = el("div", null, { class: "chooser" });
  const step = (text, label, by) => {
    const button = el("button", text, { type: "button", "aria-label": label, "data-key": label });
    button.disabled = selected.index + by < 0 || selected.index + by >= records.length;
    button.addEventListener("click", () => select(selected.key, selected.index + by));
    return button;
  };
  const node = records[selected.index];
  const word = node.iteration === undefined ? "" : ` (pass ${node.iteration + 1})`;
  made.append(step("‹", "the one before", -1), el("span", `${selected.index + 1} of ${records.length}${word}`, { class: "time" }), step("›", "the next one", 1));
  const failures = records.filter((each) => each.error).length;
  if (failures) made.append(el("span", `${failures} failed`, { class: "badge failed" }));
  return made;
}
