import {
  CARD,
  type Flow,
  type FlowGraph,
  type FlowRun,
  type Layout,
  layout,
  type Point,
  passedEdges,
  type Step,
  type StepRun,
  type Trigger,
  toGraph,
  walk,
} from "@blok/graph";
import type { Node } from "@xyflow/react";
import { sayStep, sayTrigger } from "./say.ts";

export interface Size {
  width: number;
  height: number;
}

export interface StepData extends Record<string, unknown> {
  /** Undefined for the trigger. */
  step?: Step;
  trigger?: Trigger;
  run?: StepRun;
  said: string;
  folded: number;
  foldable: boolean;
  tabbable: boolean;
  /** When the step lands, as a share of the whole run. */
  landing: number;
}

/** A way between two steps, ready to be drawn. */
export interface Way {
  id: string;
  path: string;
  label?: { text: string; x: number; y: number };
  passed: boolean;
  faded: boolean;
  /** Where it meets a card. */
  end?: Point;
  landing: number;
}

export type CardNode = Node<StepData, "card">;
export type FrameNode = Node<StepData, "frame">;
export type SceneNode = CardNode | FrameNode;

export interface Scene {
  width: number;
  height: number;
  nodes: SceneNode[];
  ways: Way[];
  /** The keys of what can be selected, in the order of the document. */
  order: string[];
}

const SCALES = [1, 0.9, 0.8, 0.72, 0.85];

/** The layout that fits a canvas at the largest scale; when none does, one that can be read. */
export function fitLayout(graph: FlowGraph, size: Size): Layout {
  let best = layout(graph, { width: size.width });
  if (size.width < 600) return best;
  for (const scale of SCALES) {
    best = layout(graph, { width: size.width / scale });
    if (best.height * scale <= size.height) break;
  }
  return best;
}

/** Everything is drawn: nodes and ways, placed. */
export function makeScene(
  flow: Flow,
  folded: ReadonlySet<string>,
  size: Size,
  run: FlowRun | undefined,
): Scene {
  const graph = toGraph(flow, folded);
  const placed = fitLayout(graph, size);
  const passed = run ? passedEdges(graph, run) : new Set<string>();
  const steps = [...walk(flow.steps)];
  const numbers = new Map(steps.map((step, index) => [step.key, { index: index + 1, count: steps.length }]));
  const share = landings(run);
  const dataOf = (step: Step | undefined, key: string): StepData => ({
    ...(step ? { step } : { trigger: flow.trigger }),
    ...(run?.get(key) && { run: run.get(key) }),
    said: step ? sayStep(step, numbers.get(key) ?? { index: 1, count: 1 }, run) : sayTrigger(flow),
    folded: 0,
    foldable: step?.arms.some(arm => arm.steps.length > 0) ?? false,
    tabbable: false,
    landing: share(key),
  });
  const nodes: SceneNode[] = [];
  for (const { key, step } of graph.groups) {
    const frame = placed.groups.get(key);
    if (!frame) continue;
    const { x, y, width, height } = frame;
    nodes.push({
      id: key,
      type: "frame",
      data: dataOf(step, key),
      position: { x, y },
      width,
      height,
      zIndex: 0,
    });
  }
  for (const { key, step, folded: inside } of graph.nodes) {
    const frame = placed.nodes.get(key);
    if (!frame) continue;
    const data = { ...dataOf(step, key), folded: inside };
    nodes.push({ id: key, type: "card", data, position: { x: frame.x, y: frame.y }, ...CARD, zIndex: 2 });
  }
  const labels = new Map(placed.labels.map(label => [label.edge, label]));
  const ways = graph.edges.flatMap((edge): Way[] => {
    const route = placed.routes.get(edge.id);
    const label = labels.get(edge.id);
    if (!route && !label) return [];
    const landed = edge.to.endsWith(":join") ? share(edge.from) : share(edge.to);
    const way: Way = {
      id: edge.id,
      path: route?.d ?? "",
      passed: passed.has(edge.id),
      faded: run !== undefined && !passed.has(edge.id),
      ...(route && placed.nodes.has(edge.to) && { end: route.end }),
      landing: landed,
      ...(label && { label }),
    };
    return [way];
  });
  const shown = new Set(nodes.map(node => node.id));
  const places = new Map(steps.map((step, index) => [step.key, index]));
  const order = ["trigger", ...steps.map(step => step.key)].filter(key => shown.has(key));
  // What is read first stands first.
  nodes.sort((a, b) => (places.get(a.id) ?? -1) - (places.get(b.id) ?? -1));
  return { width: placed.width, height: placed.height, nodes, ways, order };
}

/** When each step lands, from 0 to 1, in the order in which the run entered them. */
function landings(run: FlowRun | undefined): (key: string) => number {
  const entered = [...(run ?? [])]
    .filter(([, found]) => found.order >= 0)
    .sort(([, a], [, b]) => a.order - b.order);
  const shares = new Map(entered.map(([key], index) => [key, (index + 1) / entered.length]));
  return key => shares.get(key) ?? 0;
}
