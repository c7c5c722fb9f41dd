import { IconButton, icons, JsonCode, milliseconds, Notice, type Tab, Tabs } from "@blok/ui";
import { useState } from "react";
import css from "./StepDetail.module.css";
import type { Row } from "./timeline.ts";
import type { Runner } from "./useRun.ts";

type View = "inputs" | "output" | "state_change";
const TABS: Tab<View>[] = [
  { name: "inputs", label: "Input" },
  { name: "output", label: "Output" },
  { name: "state_change", label: "State" },
];
const NOTHING: Record<View, string> = {
  inputs: "Nothing went in.",
  output: "Nothing came out.",
  state_change: "It left the state as it was.",
};

/** What went into the chosen step, what came out, and what it changed. */
export function StepDetail({ runner, rows }: { runner: Runner; rows: Row[] }) {
  const [view, setView] = useState<View>("output");
  const { selection, select, flowRun } = runner;
  if (!selection) return null;
  const passes = rows.filter(row => row.key === selection.key);
  const row = passes[selection.pass] ?? passes[0];
  if (!row) return <p className={css.none}>{sayUntouched(flowRun?.get(selection.key)?.status)}</p>;
  const { entry } = row;
  const value = entry[view];
  return (
    <section className={css.detail} aria-label={`Step ${entry.step}`}>
      <header className={css.header}>
        <div className={css.name}>
          <strong>{entry.step}</strong>
          <code>{entry.node}</code>
        </div>
        {passes.length > 1 && (
          <div className={css.passes}>
            <IconButton
              icon={icons.ArrowLeft}
              label="The pass before"
              disabled={selection.pass === 0}
              onClick={() => select(row.key, row.pass - 1)}
            />
            <span>
              {row.pass + 1} of {passes.length}
            </span>
            <IconButton
              icon={icons.ArrowRight}
              label="The next pass"
              disabled={selection.pass >= passes.length - 1}
              onClick={() => select(row.key, row.pass + 1)}
            />
          </div>
        )}
      </header>
      {entry.error != null && <Notice tone="error">{sayError(entry.error)}</Notice>}
      <div className={css.bar}>
        <Tabs label="Parts of the step" size="small" tabs={TABS} active={view} onChange={setView} />
        <span className={css.time}>{milliseconds(entry.duration_ms)}</span>
      </div>
      {isEmpty(value) ? (
        <p className={css.none}>{NOTHING[view]}</p>
      ) : (
        <JsonCode value={value} label={`${view} of ${entry.step}`} wrap />
      )}
    </section>
  );
}

function sayUntouched(status: string | undefined): string {
  if (status === "completed") return "The request came in here: its parts are in the form above.";
  return "The run did not come through this step.";
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function sayError(error: unknown): string {
  if (typeof error === "string") return error;
  const { message, name } = error as { message?: unknown; name?: unknown };
  return [name, message].filter(part => typeof part === "string" && part).join(": ") || JSON.stringify(error);
}
