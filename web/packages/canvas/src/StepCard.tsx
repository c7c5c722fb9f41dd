import { iconOf, type Trigger } from "@blok/graph";
import type { NodeProps } from "@xyflow/react";
import { Check, ChevronRight, X } from "lucide-react";
import { useContext } from "react";
import { CanvasActions } from "./actions.ts";
import css from "./card.module.css";
import { ICONS } from "./icons.tsx";
import motion from "./landing.module.css";
import { sayChange, sayChip, sayGroup, sayUse } from "./say.ts";
import type { CardNode, FrameNode, StepData } from "./scene.ts";
import tones from "./tones.module.css";

/** A step, or the trigger, as a card. */
export function StepCard({ id, data, selected }: NodeProps<CardNode>) {
  const { step, trigger } = data;
  const use = step ? (step.control ?? step.use) : `trigger:${trigger?.kind}`;
  const Icon = ICONS[iconOf(use)];
  const skipped = data.run?.status === "skipped" || step?.active === false;
  const names = [css.card, tones[step?.kind ?? "trigger"], selected && css.selected, skipped && css.skipped];
  return (
    <div className={names.filter(Boolean).join(" ")} data-change={data.change?.kind}>
      <Hit id={id} data={data} selected={selected} />
      <div className={css.head} aria-hidden="true">
        <span className={css.tile}>
          <Icon size={14} />
        </span>
        <span className={css.title}>{step?.title ?? triggerTitle(trigger?.kind)}</span>
      </div>
      <div className={css.use} aria-hidden="true">
        {step ? sayUse(step) : sayStart(trigger, data.run !== undefined)}
      </div>
      <div className={css.foot} aria-hidden="true">
        <Chip data={data} />
        {data.folded > 0 && (
          <span className={css.detail}>
            {data.folded} {data.folded === 1 ? "step" : "steps"}
          </span>
        )}
      </div>
      {data.foldable && <Fold id={id} open={data.folded === 0} />}
    </div>
  );
}

/** A step that holds others: a dashed frame with its label on the border. */
export function StepFrame({ id, data, selected }: NodeProps<FrameNode>) {
  const { step } = data;
  if (!step) return null;
  const Icon = ICONS[iconOf(step.control ?? step.use)];
  const skipped = data.run?.status === "skipped" || !step.active;
  const names = [css.group, tones[step.kind], selected && css.selected, skipped && css.skipped];
  return (
    <div className={names.filter(Boolean).join(" ")} data-change={data.change?.kind}>
      <div className={css.groupLabel}>
        <Hit id={id} data={data} selected={selected} />
        <Icon size={14} className={css.groupIcon} aria-hidden="true" />
        <span className={css.groupText} aria-hidden="true">
          {sayGroup(step, data.run)}
        </span>
        {(data.run?.status === "failed" || data.change) && <Chip data={data} />}
        <Fold id={id} open />
      </div>
    </div>
  );
}

function Hit({ id, data, selected }: { id: string; data: StepData; selected: boolean }) {
  const { select } = useContext(CanvasActions);
  return (
    <button
      type="button"
      className={css.hit}
      data-key={id}
      tabIndex={data.tabbable ? 0 : -1}
      aria-pressed={selected}
      aria-label={data.said}
      title={data.step?.detail || undefined}
      {...(data.foldable && { "aria-expanded": data.folded === 0 })}
      onClick={() => select(id)}
    />
  );
}

function Fold({ id, open }: { id: string; open: boolean }) {
  const { fold } = useContext(CanvasActions);
  if (!fold) return null;
  return (
    <button
      type="button"
      className={`${css.fold} nopan`}
      tabIndex={-1}
      aria-label={open ? "Fold" : "Unfold"}
      title={open ? "Fold (Space)" : "Unfold (Space)"}
      data-open={open}
      onClick={() => fold(id)}
    >
      <ChevronRight size={14} />
    </button>
  );
}

/** What became of a step, in a run or since an earlier version; else what it is about. */
function Chip({ data: { run, step, trigger, change, landing } }: { data: StepData }) {
  if (change) return <span className={css.chip}>{sayChange(change)}</span>;
  if (!run) {
    const about = step?.control === "subworkflow" ? "" : (step?.detail ?? trigger?.path);
    return <span className={css.detail}>{about}</span>;
  }
  const style = { animationDelay: landing.delay };
  return (
    <span key={landing.take} className={`${css.chip} ${motion.lands}`} data-status={run.status} style={style}>
      {run.status === "failed" && <X size={12} />}
      {run.status === "completed" && <Check size={12} />}
      {step ? sayChip(run) : "received"}
    </span>
  );
}

/** The mono line of the trigger; its path stands beneath it as long as no run needs that line. */
function sayStart(trigger: Trigger | undefined, ran: boolean): string | undefined {
  return ran || !trigger?.path ? trigger?.label : [trigger.kind, trigger.method].filter(Boolean).join(" · ");
}

function triggerTitle(kind: string | undefined): string {
  const titles: Record<string, string> = {
    http: "Request",
    cron: "Schedule",
    webhook: "Event",
    none: "Start",
  };
  return titles[kind ?? "none"] ?? "Message";
}
