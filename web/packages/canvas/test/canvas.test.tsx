// @vitest-environment happy-dom
import { diffFlows, type Flow, type FlowRun, mapTrace, walk } from "@blok/graph";
import { describe, expect, test } from "vitest";
import { recorded, starter } from "../../graph/test/support.ts";
import { FlowCanvas } from "../src/index.ts";
import { click, press, render } from "./dom.ts";

const { flow, trace } = recorded("incident-alert-1");
const run = mapTrace(flow, trace);

const steps = (page: ParentNode) => [...page.querySelectorAll<HTMLButtonElement>("[data-key]")];
const said = (page: ParentNode) => steps(page).map(step => step.getAttribute("aria-label"));
const stepAt = (page: ParentNode, key: string) => steps(page).find(step => step.dataset.key === key);
const focused = () => document.activeElement?.getAttribute("aria-label") ?? "";

test("the steps stand in the order in which they are read, each with its place and outcome", async () => {
  const { page } = await render(<FlowCanvas flow={flow} run={run} />);
  expect(said(page)).toHaveLength([...walk(flow.steps)].length + 1);
  expect(said(page).slice(0, 2)).toEqual([
    "Trigger, http · POST /incidents/alert",
    expect.stringMatching(/^Step 1 of 14, Input, @blokjs\/validate, completed in [\d.]+ ms$/),
  ]);
  expect(said(page)).toContain("Step 5 of 14, Chat and mail, @blokjs/expr, skipped");
  expect(said(page)).toContain("Step 9 of 14, Send, @blokjs/api-call, 1 of 3 failed");
});

test("a container says how many passes were made", async () => {
  const { page } = await render(<FlowCanvas flow={flow} run={run} />);
  expect(page.textContent).toContain("forEach channel in channels · 3 of 3");
});

test("without a run the cards say what the steps are about", async () => {
  const { page } = await render(<FlowCanvas flow={flow} />);
  expect(page.textContent).toContain("title, text, severity");
  expect(page.textContent).not.toContain("skipped");
});

describe("with the keys", () => {
  test("Tab leads to one step; the arrows walk through all of them, Home and End to the ends", async () => {
    const { page } = await render(<FlowCanvas flow={flow} />);
    expect(steps(page).filter(step => step.tabIndex === 0)).toHaveLength(1);
    steps(page)[0]?.focus();
    await press("ArrowRight");
    await press("ArrowDown");
    expect(focused()).toContain("Step 2 of 14");
    await press("ArrowLeft");
    expect(focused()).toContain("Step 1 of 14");
    await press("End");
    expect(focused()).toContain("Step 14 of 14");
    await press("ArrowRight");
    expect(focused()).toContain("Step 14 of 14");
    await press("Home");
    expect(focused()).toContain("Trigger");
  });

  test("Space folds a step that holds others, and leaves the focus on it", async () => {
    const { page } = await render(<FlowCanvas flow={flow} />);
    stepAt(page, "steps[3]")?.focus();
    await click(stepAt(page, "steps[3]"));
    await press(" ");
    expect(stepAt(page, "steps[3]")?.getAttribute("aria-expanded")).toBe("false");
    expect(stepAt(page, "steps[3].forEach.do[0]")).toBeUndefined();
    expect(focused()).toContain("Deliveries");
    await press(" ");
    expect(stepAt(page, "steps[3].forEach.do[0]")).toBeDefined();
  });
});

test("a click asks for a step to be selected", async () => {
  const asked: string[] = [];
  const { page } = await render(<FlowCanvas flow={flow} onSelect={key => asked.push(key)} />);
  await click(stepAt(page, "steps[1]"));
  expect(asked).toEqual(["steps[1]"]);
});

test("the pointer reaches every card", async () => {
  const { page } = await render(<FlowCanvas flow={flow} />);
  const cards = [...page.querySelectorAll<HTMLElement>(".react-flow__node-card")];
  expect(cards.length).toBeGreaterThan(10);
  expect(new Set(cards.map(card => card.style.pointerEvents))).toEqual(new Set(["auto"]));
});

test("what is selected elsewhere is shown here, even inside a folded step", async () => {
  const { page, again } = await render(<FlowCanvas flow={flow} />);
  const hidden = "steps[2].switch.cases[0].do[0]";
  await click(page.querySelector("[aria-label=Fold]"));
  expect(stepAt(page, hidden)).toBeUndefined();
  await again(<FlowCanvas flow={flow} selected={hidden} />);
  expect(stepAt(page, hidden)?.getAttribute("aria-pressed")).toBe("true");
});

test("the list says the same as the picture, and stands in for it", async () => {
  const { page } = await render(<FlowCanvas flow={flow} run={run} />);
  const before = page.querySelector("nav")?.textContent;
  await click(page.querySelector('[aria-label="Show as a list"]'));
  expect(steps(page)).toHaveLength(0);
  expect(page.querySelectorAll("nav li")).toHaveLength([...walk(flow.steps)].length + 1);
  expect(before).toContain("Chat and mail");
});

test("Escape leaves the full screen, from the picture and from the list", async () => {
  const { page } = await render(<FlowCanvas flow={flow} />);
  await click(page.querySelector('[aria-label="Full screen"]'));
  await click(page.querySelector('[aria-label="Show as a list"]'));
  expect(page.querySelector('[aria-label="Leave full screen"]')).not.toBeNull();
  page.querySelector<HTMLElement>("nav button")?.focus();
  await press("Escape");
  expect(page.querySelector('[aria-label="Leave full screen"]')).toBeNull();
});

test("a still picture has no controls", async () => {
  const { page } = await render(<FlowCanvas flow={flow} interactive={false} />);
  expect(page.querySelector("[role=toolbar]")).toBeNull();
});

describe("ways", () => {
  const green = async (of: Flow, by?: FlowRun) => {
    const { page } = await render(<FlowCanvas flow={of} run={by} />);
    return page.querySelectorAll("path[pathLength='1']").length;
  };

  test("are green where the run came along, and only there", async () => {
    expect(await green(flow)).toBe(0);
    const all = (await render(<FlowCanvas flow={flow} run={run} />)).page.querySelectorAll(
      "svg g > path:first-child",
    ).length;
    const passed = await green(flow, run);
    expect(passed).toBeGreaterThan(8);
    expect(passed).toBeLessThan(all);
  });

  test("of another run land anew, but not when the same records are read again", async () => {
    const way = () => page.querySelector("path[pathLength='1']");
    const { page, again } = await render(<FlowCanvas flow={flow} run={run} playing />);
    const first = way();
    await again(<FlowCanvas flow={flow} run={mapTrace(flow, trace)} playing />);
    expect(way()).toBe(first);
    await again(<FlowCanvas flow={flow} run={mapTrace(flow, structuredClone(trace))} playing />);
    expect(way()).not.toBe(first);
  });

  test("have all landed within 600 ms", async () => {
    const { page } = await render(<FlowCanvas flow={flow} run={run} playing />);
    const delays = [...page.querySelectorAll<SVGElement>("path[pathLength='1']")].map(path =>
      Number.parseInt(path.style.animationDelay, 10),
    );
    expect(Math.max(...delays) + 160).toBeLessThanOrEqual(600);
  });
});

test("a comparison marks what was added and what was removed", async () => {
  const diff = diffFlows(starter("optimistic-update"), starter("idempotent-payment"));
  const { page } = await render(<FlowCanvas flow={starter("idempotent-payment")} diff={diff} />);
  const marks = new Set(
    [...page.querySelectorAll<HTMLElement>("[data-change]")].map(card => card.dataset.change),
  );
  expect(marks).toContain("added");
  expect(marks).toContain("removed");
  expect(said(page).some(text => text?.endsWith("removed"))).toBe(true);
});

test("a still picture without room folds what it must, so that it can be read", async () => {
  const { page } = await render(<FlowCanvas flow={starter("notes-resource")} interactive={false} />);
  expect(steps(page)).toHaveLength(2);
  expect(page.textContent).toContain("25 steps");
  expect(page.querySelector("[aria-label=Unfold]")).toBeNull();
});
