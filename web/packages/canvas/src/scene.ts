import {
  CARD,
  type Flow,
  type FlowDiff,
  type FlowGraph,
  type FlowRun,
  type Layout,
  layout,
  type Point,
  passedEdges,
  type Step,
  type StepChange,
  type StepRun,
  type Trigger,
  toGraph,
  walk,
} from "@blok/graph";
import type { Node } from "@xyflow/react";
import { type Landing, landings } from "./landing.ts";
import { sayStep, sayTrigger } from "./say.ts";
import { NARROW, type Size } from "./viewport.ts";

export interface StepData extends Record<string, unknown> {
  /** Undefined for the trigger. */
  step?: Step;
  trigger?: Trigger;
  run?: StepRun;
  change?: StepChange;
  said: string;
  folded: number;
  foldable: boolean;
  tabbable: boolean;
  landing: Landing;
}

/** A way between two steps, ready to be drawn. */
export interface Way {
  id: string;
  path: string;
  label?: { text: string; x: number; y: number };
  passed: boolean;
  /** Drawn dashed: a run did not come along, or the way leads to a step that was removed. */
  faded: boolean;
  /** Where it meets a card. */
  end?: Point;
  landing: Landing;
}

export type CardNode = Node<StepData, "card">;
export type FrameNode = Node<StepData, "frame">;
export type SceneNode = CardNode | FrameNode;

/** A flow and its places, before any run. */
export interface Arrangement {
  flow: Flow;
  graph: FlowGraph;
  placed: Layout;
  steps: readonly Step[];
}

export interface Scene extends Size {
  nodes: SceneNode[];
  ways: Way[];
  /** The keys of what can be selected, in the order of the document. */
  order: string[];
}

const SCALES = [1, 0.9, 0.8, 0.72];
/** The scales of a picture that cannot be panned. */
const STILL_SCALES = [...SCALES, 0.64, 0.56, 0.48, 0.4];
const LEAST_SCALE = 0.32;
/** Below this scale the text of a still picture could not be read. */
const SMALLEST_STILL = 0.6;
/** The scale of a layout that fits at none of them; one pans then. */
const PANNED_SCALE = 0.85;

/**
 * Place a flow in a canvas; steps whose key is in `folded` keep what is inside them to themselves. A picture that
 * cannot be panned (`still`) folds everything when it could not be read otherwise.
 */
export function arrange(flow: Flow, folded: ReadonlySet<string>, size: Size, still = false): Arrangement {
  const steps = [...walk(flow.steps)];
  const whole = toGraph(flow, new Set());
  // Folding must not change the scale, or everything else would move as well.
  const scale = fitScale(whole, size, still);
  if (still && scale < SMALLEST_STILL) {
    const graph = toGraph(flow, new Set(flow.steps.map(step => step.key)));
    const placed = layout(graph, { width: size.width / fitScale(graph, size, still) });
    return { flow, graph, placed, steps };
  }
  const graph = folded.size > 0 ? toGraph(flow, folded) : whole;
  return { flow, graph, placed: layout(graph, { width: size.width / scale }), steps };
}

/** The largest scale at which a graph fits a canvas; when there is none, one at which it can be read. */
function fitScale(graph: FlowGraph, { width, height }: Size, still: boolean): number {
  if (width < NARROW && !still) return 1;
  const fits = (scale: number) => layout(graph, { width: width / scale }).height * scale <= height;
  return still ? (STILL_SCALES.find(fits) ?? LEAST_SCALE) : (SCALES.find(fits) ?? PANNED_SCALE);
}

/** React Flow keeps the pointer from nodes that can be neither dragged nor selected by it. */
const PRESSABLE = { pointerEvents: "auto" } as const;

/** Everything that is drawn: cards, frames and ways, with what a run or a comparison says of them. */
export function makeScene(arranged: Arrangement, run?: FlowRun, diff?: FlowDiff): Scene {
  const { placed, steps } = arranged;
  const landing = landings(run);
  const nodes = makeNodes(arranged, landing, run, diff);
  const places = new Map(steps.map((step, index) => [step.key, index]));
  // What is read first stands first.
  nodes.sort((a, b) => (places.get(a.id) ?? -1) - (places.get(b.id) ?? -1));
  const ways = makeWays(arranged, landing, run, diff);
  return { width: placed.width, height: placed.height, nodes, ways, order: nodes.map(node => node.id) };
}

function makeNodes(
  arranged: Arrangement,
  landing: ReturnType<typeof landings>,
  run?: FlowRun,
  diff?: FlowDiff,
): SceneNode[] {
  const { flow, graph, placed, steps } = arranged;
  const numbers = new Map(steps.map((step, index) => [step.key, index + 1]));
  const dataOf = (step: Step | undefined, key: string, folded = 0): StepData => {
    const [found, change] = [run?.get(key), diff?.marks.get(key)];
    const place = { index: numbers.get(key) ?? 0, count: steps.length };
    return {
      ...(step ? { step } : { trigger: flow.trigger }),
      ...(found && { run: found }),
      ...(change && { change }),
      said: step ? sayStep(step, place, found, change) : sayTrigger(flow),
      folded,
      foldable: step?.arms.some(arm => arm.steps.length > 0) ?? false,
      tabbable: false,
      landing: landing(key),
    };
  };
  const frames = graph.groups.flatMap(({ key, step }): SceneNode[] => {
    const frame = placed.groups.get(key);
    if (!frame) return [];
    const { x, y, ...size } = frame;
    return [{ id: key, type: "frame", data: dataOf(step, key), position: { x, y }, ...size, zIndex: 0 }];
  });
  const cards = graph.nodes.flatMap(({ key, step, folded }): SceneNode[] => {
    const frame = placed.nodes.get(key);
    if (!frame) return [];
    const position = { x: frame.x, y: frame.y };
    const data = dataOf(step, key, folded);
    return [{ id: key, type: "card", data, position, ...CARD, zIndex: 2, style: PRESSABLE }];
  });
  return [...frames, ...cards];
}

function makeWays(
  arranged: Arrangement,
  landing: ReturnType<typeof landings>,
  run?: FlowRun,
  diff?: FlowDiff,
): Way[] {
  const { graph, placed } = arranged;
  const passed = run ? passedEdges(graph, run) : undefined;
  const labels = new Map(placed.labels.map(({ edge, ...label }) => [edge, label]));
  const removed = (key: string) => diff?.marks.get(key)?.kind === "removed";
  return graph.edges.flatMap(({ id, from, to }): Way[] => {
    const [route, label] = [placed.routes.get(id), labels.get(id)];
    if (!route && !label) return [];
    return [
      {
        id,
        path: route?.d ?? "",
        passed: passed?.has(id) ?? false,
        faded: passed ? !passed.has(id) : removed(from) || removed(to),
        landing: landing(to, from),
        ...(route && placed.nodes.has(to) && { end: route.end }),
        ...(label && { label }),
      },
    ];
  });
}
