/** What a node is for; every kind has one colour. */
export type NodeKind = "trigger" | "check" | "data" | "control" | "io" | "answer" | "ai";

/** The control steps of the format. */
export type ControlKind = "branch" | "switch" | "forEach" | "loop" | "tryCatch" | "wait" | "subworkflow";

/** What starts a workflow. */
export interface Trigger {
  /** `http`, `cron`, `webhook` … as the file says; `none` when it names nothing. */
  kind: string;
  method?: string;
  path?: string;
  /** One line for people: `http · POST /orders`. */
  label: string;
}

/** One way through a control step: its own list of steps. */
export interface Arm {
  /** `then`, `else`, `case "critical"`, `try`, `do` … */
  label: string;
  /** The condition or value that leads here, as its author wrote it; empty when there is none. */
  condition: string;
  steps: Step[];
}

export interface Step {
  /** Unique within the flow. It is `path`, except where the format lets two steps share one. */
  key: string;
  id: string;
  title: string;
  /** The node, as the file names it; for control steps the kind, `forEach`. */
  use: string;
  kind: NodeKind;
  control?: ControlKind;
  /** The rest in a few words: a condition, an address, a schedule. */
  detail: string;
  /** The place that records of a run carry: `steps[1].branch.else[0]`. */
  path: string;
  /** The same place as a JSON Pointer (RFC 6901) into the definition. */
  pointer: string;
  /** False when the file switches the step off. */
  active: boolean;
  /** True when the list ends before this step. */
  stop: boolean;
  arms: Arm[];
  /** The inputs of the node; for control steps what they are set to. */
  inputs?: Record<string, unknown>;
  /** Everything else that the file says of the step: `as`, `retry`, `maxDuration` … */
  options: Record<string, unknown>;
}

/** Something in a definition that could not be read. */
export interface Problem {
  pointer: string;
  message: string;
}

export interface Flow {
  name: string;
  version: string;
  generation: 1 | 2;
  trigger: Trigger;
  steps: Step[];
  problems: Problem[];
}

/** One record of a run, as the hub gives it. */
export interface TraceStep {
  step: string;
  node: string;
  inputs?: unknown;
  output?: unknown;
  state_change?: unknown;
  duration_ms: number;
  error?: unknown;
  path: string;
  status: string;
  depth: number;
  iteration?: number | null;
}

export type StepStatus = "completed" | "failed" | "skipped" | "waiting";

/** What one step did in a run. */
export interface StepRun {
  status: StepStatus;
  /** The sum over all entries, in milliseconds. */
  duration_ms: number;
  /** One entry for each time the step ran. */
  entries: TraceStep[];
  error: unknown;
  /** The position at which the step was first entered, from 0; -1 when it never was. */
  order: number;
  /** For steps that repeat others: passes made, and how many there were to make, where that is known. */
  passes?: { made: number; of?: number };
}

/** What a run did, by `Step.key`. The trigger has the key `trigger`. */
export type FlowRun = ReadonlyMap<string, StepRun>;

/** The key under which the trigger is selected and looked up. */
export const TRIGGER_KEY = "trigger";
