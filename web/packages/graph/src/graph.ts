import type { Arm, Flow, Step, Trigger } from "./types.ts";
import { TRIGGER_KEY } from "./types.ts";
import { walk } from "./walk.ts";

/** A card on the canvas: the trigger, a step, or a folded step with what is inside it. */
export interface GraphNode {
  key: string;
  /** Undefined for the trigger. */
  step?: Step;
  /** The group it stands in, if any. */
  parent?: string;
  /** How many steps are folded away inside it. */
  folded: number;
}

/** A step drawn as a container of other steps. */
export interface GraphGroup {
  key: string;
  step: Step;
  parent?: string;
}

/** A way from one node, group or join to the next. */
export interface GraphEdge {
  id: string;
  from: string;
  to: string;
  label?: string;
}

/** One way through a unit. */
export interface UnitArm {
  arm: Arm;
  units: Unit[];
}

/** A step as the layout sees it: a card; a card from which arms fan out and join again; or a container. */
export interface Unit {
  shape: "card" | "fork" | "group";
  key: string;
  step?: Step;
  arms: UnitArm[];
  /** The label of the way past all arms, for a fork that something follows. */
  past?: string;
  /** Whether the arms of a fork join again, because something follows. */
  joins: boolean;
}

export interface FlowGraph {
  trigger: Trigger;
  units: Unit[];
  nodes: GraphNode[];
  /** Forks are listed too: where there is no room to fan out they are drawn as containers. */
  groups: GraphGroup[];
  edges: GraphEdge[];
}

const FORKS = new Set(["branch", "switch"]);
const GROUPS = new Set(["forEach", "loop", "tryCatch"]);

/** The key of the point in which the arms of a fork come together. */
export const joinOf = (key: string): string => `${key}:join`;

/** The id of the edge between two keys. */
export const edgeId = (from: string, to: string): string => `${from}->${to}`;

/** Whether the way ends at a step: it fails, always. */
export function endsHere(step: Step | undefined): boolean {
  return step !== undefined && !step.control && /(^|\/)(throw|error)(@|$)/.test(step.use);
}

/** A flow as nodes, edges and groups; steps whose key is in `folded` are shown as one card. */
export function toGraph(flow: Flow, folded: ReadonlySet<string>): FlowGraph {
  const builder = new Builder(folded);
  const start: Unit = { shape: "card", key: TRIGGER_KEY, arms: [], joins: false };
  builder.nodes.push({ key: TRIGGER_KEY, folded: 0 });
  const units = [start, ...builder.list(flow.steps, undefined, false)];
  builder.chain(units);
  return { trigger: flow.trigger, units, nodes: builder.nodes, groups: builder.groups, edges: builder.edges };
}

class Builder {
  readonly nodes: GraphNode[] = [];
  readonly groups: GraphGroup[] = [];
  readonly edges: GraphEdge[] = [];

  constructor(private readonly folded: ReadonlySet<string>) {}

  list(steps: readonly Step[], parent: string | undefined, continues: boolean): Unit[] {
    return steps.map((step, index) => this.unit(step, parent, continues || index < steps.length - 1));
  }

  /** The edges between the units of one list. */
  chain(units: readonly Unit[]): void {
    units.forEach((unit, index) => {
      const next = units[index + 1];
      if (next && !endsHere(unit.step)) this.edge(exitOf(unit), next.key);
    });
  }

  private unit(step: Step, parent: string | undefined, continues: boolean): Unit {
    const { key, control } = step;
    const hasArms = step.arms.some(arm => arm.steps.length > 0);
    const shape =
      !control || !hasArms || this.folded.has(key) ? "card" : FORKS.has(control) ? "fork" : "group";
    const placed = parent === undefined ? {} : { parent };
    if (shape === "card" || (shape === "group" && !GROUPS.has(control ?? ""))) {
      const inside = [...walk(step.arms.flatMap(arm => arm.steps))].length;
      this.nodes.push({ key, step, folded: this.folded.has(key) ? inside : 0, ...placed });
      return { shape: "card", key, step, arms: [], joins: false };
    }
    if (shape === "fork") this.nodes.push({ key, step, folded: 0, ...placed });
    this.groups.push({ key, step, ...placed });
    const joins = shape === "fork" && continues;
    const arms = step.arms
      .filter(arm => arm.steps.length > 0)
      .map(arm => this.arm(arm, key, shape === "fork" ? parent : key, joins));
    const past = joins ? wayPast(step) : undefined;
    if (past !== undefined) this.edge(key, joinOf(key), past);
    return { shape, key, step, arms, joins, ...(past !== undefined && { past }) };
  }

  private arm(arm: Arm, key: string, parent: string | undefined, joins: boolean): UnitArm {
    const units = this.list(arm.steps, parent, joins);
    const [first, last] = [units[0], units.at(-1)];
    if (first) this.edge(key, first.key, arm.label);
    this.chain(units);
    if (last && joins && !endsHere(last.step)) this.edge(exitOf(last), joinOf(key));
    return { arm, units };
  }

  private edge(from: string, to: string, label?: string): void {
    this.edges.push({ id: edgeId(from, to), from, to, ...(label !== undefined && { label }) });
  }
}

/** Where the way leads on from a unit. */
export function exitOf(unit: Unit): string {
  return unit.shape === "fork" ? joinOf(unit.key) : unit.key;
}

/** What is said on the way past the arms of a fork, when there is one. */
function wayPast(step: Step): string | undefined {
  const empty = step.arms.find(arm => arm.steps.length === 0);
  if (empty) return empty.label;
  if (step.arms.some(arm => arm.label === "else" || arm.label === "default")) return undefined;
  return step.control === "switch" ? "no match" : "else";
}
