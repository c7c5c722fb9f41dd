import {
  answer,
  api,
  type Definition,
  type Fixture,
  Problem,
  type RunRequest,
  type RunView,
} from "@blok/api";
import { type Flow, type FlowRun, mapTrace, type TraceStep } from "@blok/graph";
import { useCallback, useMemo, useRef, useState } from "react";

/** What to run: something published, or a definition of one's own. */
export type Source =
  | { package: string; version?: string | undefined }
  | { definition: Definition; fixtures?: Fixture[] | undefined };

export type Wish = { example?: string; request?: RunRequest };

export type RunState =
  | { kind: "idle" }
  | { kind: "running" }
  | { kind: "done"; run: RunView; wish: Wish }
  | { kind: "failed"; problem: Problem };

/** The step that is looked at: its key in the flow, and which of its passes. */
export type Selection = { key: string; pass: number } | null;

export type Runner = {
  state: RunState;
  /** What the run did, step by step of the flow. */
  flowRun: FlowRun | undefined;
  selection: Selection;
  select: (key: string, pass?: number) => void;
  start: (wish: Wish) => void;
  clear: () => void;
};

/** Runs a workflow in the hub's sandbox, and keeps what came of it and which step is looked at. */
export function useRun(source: Source, flow: Flow | null): Runner {
  const [state, setState] = useState<RunState>({ kind: "idle" });
  const [selection, setSelection] = useState<Selection>(null);
  const latest = useRef(0);
  const asked = useRef(source);
  asked.current = source;

  const start = useCallback(async (wish: Wish) => {
    const number = ++latest.current;
    setState({ kind: "running" });
    const result = await answer(api.POST("/api/runs", { body: { ...asked.current, ...wish } })).then(
      (run): RunState => ({ kind: "done", run, wish }),
      (problem: unknown): RunState => ({
        kind: "failed",
        problem: problem instanceof Problem ? problem : Problem.unreachable(),
      }),
    );
    if (number !== latest.current) return;
    setState(result);
    setSelection(null);
  }, []);

  const clear = useCallback(() => {
    latest.current += 1;
    setState({ kind: "idle" });
    setSelection(null);
  }, []);

  const flowRun = useMemo(
    () => (flow && state.kind === "done" ? mapTrace(flow, state.run.trace as TraceStep[]) : undefined),
    [flow, state],
  );
  const select = useCallback((key: string, pass = 0) => setSelection({ key, pass }), []);
  return { state, flowRun, selection, select, start, clear };
}
