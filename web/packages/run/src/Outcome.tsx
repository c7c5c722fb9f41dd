import type { Example, RunView } from "@blok/api";
import type { TraceStep } from "@blok/graph";
import { Badge, classes, icons, JsonCode, milliseconds, Notice, type Tab, Tabs } from "@blok/ui";
import { useEffect, useMemo, useState } from "react";
import css from "./Outcome.module.css";
import { sameJson } from "./request.ts";
import { StepDetail } from "./StepDetail.tsx";
import { timeline } from "./timeline.ts";
import type { Runner } from "./useRun.ts";
import { Waterfall } from "./Waterfall.tsx";

type Props = { runner: Runner; expected: Example["response"] };
type View = "trace" | "response";

/** What came of a run: its answer in one line, then every step. */
export function Outcome({ runner, expected }: Props) {
  const { state } = runner;
  const run = state.kind === "done" ? state.run : null;
  return (
    <div aria-live="polite" aria-busy={state.kind === "running"}>
      {state.kind === "failed" && (
        <div className={css.trouble}>
          <Notice tone="error">
            <strong>It was not run.</strong> {state.problem.message}
          </Notice>
        </div>
      )}
      {state.kind === "idle" && (
        <p className={css.idle}>
          <icons.Zap size={16} aria-hidden />
          Press Run: it takes place on the hub, in a sandbox, without an account.
        </p>
      )}
      {run && <Finished key={run.id} run={run} runner={runner} expected={expected} />}
    </div>
  );
}

function Finished({
  run,
  runner,
  expected,
}: {
  run: RunView;
  runner: Runner;
  expected: Example["response"];
}) {
  const [view, setView] = useState<View>("trace");
  const rows = useMemo(() => timeline(run.trace as TraceStep[], runner.flowRun), [run, runner.flowRun]);
  const response = run.response as {
    status: number;
    body?: unknown;
    headers?: Record<string, string>;
  } | null;
  const tabs: Tab<View>[] = [{ name: "trace", label: "Trace" }];
  if (response) tabs.push({ name: "response", label: "Response" });
  const { select } = runner;
  // The step to look at first: the one that failed last, or else the one that gave the answer.
  useEffect(() => {
    const first =
      run.status === "completed"
        ? rows.at(-1)
        : (rows.findLast(row => row.entry.error != null) ?? rows.at(-1));
    if (first) select(first.key, first.pass);
  }, [run, rows, select]);
  return (
    <>
      <div className={classes(css.status, css[toneOf(run, response)])}>
        <strong>
          <Mark run={run} response={response} />
          {response ? `${response.status} ${WORDS[response.status] ?? ""}` : STATUS[run.status]}
        </strong>
        <span className={css.figures}>{milliseconds(run.duration_ms)}</span>
        <Tabs label="What came of it" size="small" tabs={tabs} active={view} onChange={setView} />
      </div>
      {run.problem && (!response || run.status === "completed") && (
        <div className={css.trouble}>
          <Notice tone={run.status === "completed" ? "warning" : "error"}>{sentenceOf(run.problem)}</Notice>
        </div>
      )}
      {view === "trace" && (
        <>
          <Waterfall rows={rows} runner={runner} />
          <StepDetail runner={runner} rows={rows} />
        </>
      )}
      {view === "response" && response && (
        <div className={css.response}>
          {expected && <Recorded expected={expected} response={response} />}
          <JsonCode value={response.body ?? null} label="Body of the response" wrap />
          <Headers headers={response.headers ?? {}} />
        </div>
      )}
    </>
  );
}

function Headers({ headers }: { headers: Record<string, string> }) {
  const lines = Object.entries(headers);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>
        {lines.length} {lines.length === 1 ? "header" : "headers"}
      </summary>
      <dl className={css.headers}>
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Recorded({
  expected,
  response,
}: {
  expected: NonNullable<Example["response"]>;
  response: { status: number; body?: unknown };
}) {
  const same =
    expected.status === response.status &&
    (expected.body === undefined || sameJson(expected.body, response.body));
  if (same) {
    return (
      <Badge tone="success" icon={icons.CircleCheck}>
        as recorded
      </Badge>
    );
  }
  return (
    <>
      <Badge tone="warning" icon={icons.TriangleAlert}>
        differs from the record ({expected.status})
      </Badge>
      <details>
        <summary>What was recorded</summary>
        <JsonCode value={expected.body ?? null} label="Recorded body" wrap />
      </details>
    </>
  );
}

const STATUS: Record<string, string> = {
  completed: "Done",
  failed: "Failed",
  timed_out: "Out of time",
  refused: "Refused",
};
const WORDS: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No content",
  301: "Moved",
  302: "Found",
  304: "Not modified",
  400: "Bad request",
  401: "Unauthorised",
  402: "Payment required",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  413: "Too large",
  415: "Unsupported type",
  422: "Unprocessable",
  429: "Too many requests",
  500: "Server error",
  502: "Bad gateway",
  503: "Unavailable",
  504: "Gateway timeout",
};

type Answered = { status: number } | null;

function toneOf(run: RunView, response: Answered): "good" | "warned" | "bad" {
  if (run.status !== "completed" && !(response && response.status < 500)) return "bad";
  return response && response.status >= 400 ? "warned" : "good";
}

function Mark({ run, response }: { run: RunView; response: Answered }) {
  const tone = toneOf(run, response);
  if (tone === "good") return <icons.CircleCheck size={16} aria-hidden />;
  return tone === "warned" ? (
    <icons.Info size={16} aria-hidden />
  ) : (
    <icons.CircleAlert size={16} aria-hidden />
  );
}

function sentenceOf(problem: Record<string, unknown>): string {
  return typeof problem.detail === "string"
    ? problem.detail
    : String(problem.name ?? "It failed without saying why.");
}
