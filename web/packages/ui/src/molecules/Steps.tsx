import { Check, Circle, X } from "lucide-react";
import { Spinner } from "../atoms/Spinner.tsx";
import { classes } from "../css.ts";
import css from "./Steps.module.css";

export type StepState = "waiting" | "running" | "done" | "failed" | "undone";
export type ProgressStep = { name: string; title: string; state: StepState; detail?: string };

const WORDS: Record<StepState, string> = {
  waiting: "not begun",
  running: "at work",
  done: "done",
  failed: "failed",
  undone: "taken back",
};

/** Long work, step by step: what is done, what is at work, what failed and why. */
export function Steps({ steps, label }: { steps: ProgressStep[]; label: string }) {
  return (
    <ol className={css.steps} aria-label={label} aria-live="polite">
      {steps.map(step => (
        <li key={step.name} className={classes(css.step, css[step.state])} data-state={step.state}>
          <span className={css.mark}>
            <Mark state={step.state} />
          </span>
          <div>
            <strong>{step.title}</strong>
            <span className="visually-hidden"> — {WORDS[step.state]}</span>
            {step.detail && <p>{step.detail}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Mark({ state }: { state: StepState }) {
  if (state === "running") return <Spinner size={14} />;
  if (state === "done") return <Check size={14} strokeWidth={3} aria-hidden />;
  if (state === "failed" || state === "undone") return <X size={14} strokeWidth={3} aria-hidden />;
  return <Circle size={8} aria-hidden />;
}
