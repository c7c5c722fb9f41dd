import { type Arm, type Flow, type FlowRun, iconOf, type Step, TRIGGER_KEY } from "@blok/graph";
import { ICONS } from "./icons.tsx";
import css from "./outline.module.css";
import { sayChip, sayRun, sayUse } from "./say.ts";
import tones from "./tones.module.css";

export interface FlowOutlineProps {
  flow: Flow;
  run?: FlowRun;
  selected?: string | null;
  onSelect?: (key: string) => void;
  /** Only to be read: nothing in it can be chosen. */
  still?: boolean;
  className?: string;
}

/** A workflow as a nested list: what the canvas shows, in words. */
export function FlowOutline({ flow, run, selected, onSelect, still, className }: FlowOutlineProps) {
  const shared = { run, selected, onSelect, still };
  return (
    <nav
      className={className ? `${css.outline} ${className}` : css.outline}
      aria-label={`Steps of ${flow.name}`}
    >
      <ol>
        <li>
          <Row
            {...shared}
            id={TRIGGER_KEY}
            use={`trigger:${flow.trigger.kind}`}
            tone={tones.trigger}
            title="Trigger"
            about={flow.trigger.label}
          />
        </li>
        {flow.steps.map(step => (
          <Item key={step.key} step={step} {...shared} />
        ))}
      </ol>
    </nav>
  );
}

type Shared = Pick<FlowOutlineProps, "run" | "selected" | "onSelect" | "still">;

function Item({ step, ...shared }: Shared & { step: Step }) {
  const several = step.arms.length > 1 || step.arms[0]?.label === "then";
  return (
    <li>
      <Row
        {...shared}
        id={step.key}
        use={step.control ?? step.use}
        tone={tones[step.kind]}
        title={step.title}
        about={[sayUse(step), step.control && step.control !== "subworkflow" ? step.detail : ""]
          .filter(Boolean)
          .join(" · ")}
      />
      {step.arms.map(arm => (
        <Branch
          key={`${arm.label} ${arm.condition} ${arm.steps[0]?.key}`}
          arm={arm}
          labelled={several}
          {...shared}
        />
      ))}
    </li>
  );
}

function Branch({ arm, labelled, ...shared }: Shared & { arm: Arm; labelled: boolean }) {
  if (arm.steps.length === 0) return null;
  return (
    <div className={css.arm}>
      {labelled && <span className={css.label}>{arm.label}</span>}
      <ol>
        {arm.steps.map(step => (
          <Item key={step.key} step={step} {...shared} />
        ))}
      </ol>
    </div>
  );
}

interface RowProps extends Shared {
  id: string;
  use: string;
  tone: string | undefined;
  title: string;
  about: string;
}

function Row({ id, use, tone, title, about, run, selected, onSelect, still }: RowProps) {
  const Icon = ICONS[iconOf(use)];
  const found = id === TRIGGER_KEY ? undefined : run?.get(id);
  const words = (
    <>
      <span className={`${css.tile} ${tone}`}>
        <Icon size={14} aria-hidden="true" />
      </span>
      <span className={css.title}>{title}</span>
      <span className={css.about}>{about}</span>
      {found && <span className={css.chip}>{still ? sayRun(found) : sayChip(found)}</span>}
    </>
  );
  if (still) return <div>{words}</div>;
  return (
    <button
      type="button"
      className={css.row}
      aria-current={selected === id ? "step" : undefined}
      data-status={found?.status}
      onClick={() => onSelect?.(id)}
    >
      {words}
    </button>
  );
}
