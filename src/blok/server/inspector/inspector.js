// The page: which runs there are, which one is shown, and what of it is selected.
import { drawEdges, drawGraph } from "./graph.js";
import { showDetails } from "./details.js";
import { progress } from "./progress.js";
import { el, time as duration } from "./elements.js";

const byId = (id) => document.getElementById(id);
const hash = () => new URLSearchParams(location.hash.slice(1));
const token = hash().get("token");
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const SETTLED = new Set(["completed", "failed", "timedOut", "cancelled", "throttled", "expired"]);

// The run on show; `seen` is its text, so that nothing is drawn again that has not changed.
const shown = { id: hash().get("run"), chosen: Boolean(hash().get("run")), seen: "", settled: false };
let record = null;
let plan = null;
let state = null;
let selected = null;
let listed = "";
const stacked = matchMedia("(max-width: 1199px)");

async function get(path) {
  const reply = await fetch(`/__blok/${path}`, { headers });
  const body = await reply.json();
  if (!reply.ok) throw new Error(body.error || reply.statusText);
  return body;
}

async function list() {
  const query = new URLSearchParams({ limit: "100", workflow: byId("workflow").value, status: byId("status").value });
  try {
    const { runs, total } = await get(`runs?${query}`);
    runs.sort((one, other) => other.startedAt - one.startedAt);
    const newest = runs.find((run) => !run.parentRunId) ?? runs[0];
    if (!shown.chosen && newest && newest.id !== shown.id) await show(newest.id);
    else if (!shown.id && !runs.length) empty("No runs yet", "Send a request to one of your workflows: its run appears here.");
    byId("note").textContent = `${total} ${total === 1 ? "run" : "runs"} remembered`;
    const text = JSON.stringify([runs.map((run) => [run.id, run.status]), shown.id]);
    if (text === listed) return;
    const moved = !listed.endsWith(`${JSON.stringify(shown.id)}]`);
    listed = text;
    keepFocus(byId("list"), () => byId("list").replaceChildren(...(runs.length ? runs.map(row) : [el("p", "None match.", { class: "soft" })])));
    if (moved) reveal(byId("list"), byId("list").querySelector("[aria-current=true]"));
  } catch (error) {
    byId("note").textContent = `${error.message} — is the server running?`;
  }
}

function row(run) {
  const made = el("button", null, { type: "button", "data-key": run.id, "aria-current": String(run.id === shown.id) });
  const at = new Date(run.startedAt).toLocaleTimeString();
  const took = SETTLED.has(run.status) ? ` · ${duration(run.durationMs)}` : "";
  const top = el("span");
  top.append(el("strong", run.workflowName), el("span", run.status, { class: `badge ${run.status}` }));
  const below = el("span");
  below.append(el("span", run.triggerSummary, { class: "mono soft" }), el("span", `${at}${took}`, { class: "soft time" }));
  made.append(top, below);
  made.addEventListener("click", () => {
    shown.chosen = true;
    show(run.id).then(list);
  });
  return made;
}

function empty(title, text) {
  const made = el("div", null, { class: "empty" });
  made.append(el("h2", title), el("p", text));
  byId("canvas").replaceChildren(made);
  byId("details").replaceChildren();
}

async function show(id) {
  const other = id !== shown.id || !record;
  shown.id = id;
  try {
    const fresh = await get(`runs/${encodeURIComponent(id)}`);
    const text = JSON.stringify([fresh.run.status, fresh.nodes, fresh.logs, fresh.response]);
    if (!other && text === shown.seen) return;
    if (other) {
      plan = await get(`runs/${encodeURIComponent(id)}/plan`).catch(() => ({ steps: [], trigger: {} }));
      selected = null;
      if (shown.chosen) history.replaceState(null, "", `#${new URLSearchParams({ ...(token ? { token } : {}), run: id })}`);
    }
    record = fresh;
    shown.seen = text;
    shown.settled = SETTLED.has(fresh.run.status);
    state = progress(plan, fresh, !shown.settled);
    selected = selected ?? first();
    draw(other);
  } catch (error) {
    record = null;
    empty("This run cannot be shown", error.message);
  }
}

/** What to look at first: what went wrong, else the answer. */
function first() {
  const failed = record.nodes.findLast((node) => node.error);
  return record.run.error && failed ? { key: state.keyOf(failed), index: 0 } : null;
}

function select(key, index = null) {
  const records = state.records(key);
  const failed = records.findIndex((node) => node.error);
  selected = { key, index: index ?? Math.max(0, failed) };
  draw(false);
  if (index === null && stacked.matches) byId("details").querySelector(".chosen").scrollIntoView({ block: "nearest" });
  if (index !== null) reveal(byId("canvas"), byId("canvas").querySelector("[aria-pressed=true]"));
}

/** Scroll a place, and only it, until something inside of it is in sight. */
function reveal(place, inside) {
  if (!inside) return;
  const [outer, inner] = [place.getBoundingClientRect(), inside.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) place.scrollTop += inner.top - outer.top - outer.height / 3;
  if (inner.left < outer.left || inner.right > outer.right) place.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

function draw(fromStart) {
  const canvas = byId("canvas");
  const at = [canvas.scrollLeft, canvas.scrollTop];
  keepFocus(canvas, () => canvas.replaceChildren(drawGraph(plan, record, state, selected, select)));
  drawEdges(canvas);
  canvas.scrollTo(fromStart ? (canvas.scrollWidth - canvas.clientWidth) / 2 : at[0], fromStart ? 0 : at[1]);
  const details = byId("details");
  const rows = fromStart ? 0 : (details.querySelector(".waterfall ol")?.scrollTop ?? 0);
  keepFocus(details, () => details.replaceChildren(...showDetails(record, state, selected, select)));
  details.querySelector(".waterfall ol").scrollTop = rows;
  reveal(details.querySelector(".waterfall ol"), details.querySelector(".waterfall [aria-pressed=true]"));
}

/** Drawing again must not take the keyboard's place away. */
function keepFocus(place, redraw) {
  const active = document.activeElement;
  const key = place.contains(active) ? active.dataset.key : undefined;
  redraw();
  if (key !== undefined) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

async function workflows() {
  const known = await get("workflows").catch(() => []);
  byId("workflow").append(...known.map((item) => el("option", item.name)));
}

async function tick() {
  if (byId("live").checked && !document.hidden) {
    await list();
    if (shown.id && record && !shown.settled) await show(shown.id);
  }
  setTimeout(tick, 1000);
}

byId("workflow").addEventListener("change", list);
byId("status").addEventListener("change", list);
new ResizeObserver(() => drawEdges(byId("canvas"))).observe(byId("canvas"));
addEventListener("hashchange", () => {
  const id = hash().get("run");
  if (id && id !== shown.id) {
    shown.chosen = true;
    show(id).then(list);
  }
});
workflows();
if (shown.id) await show(shown.id);
tick();
