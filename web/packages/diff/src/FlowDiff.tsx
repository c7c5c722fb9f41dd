import { FlowCanvas } from "@blok/canvas";
import { diffFlows, type FieldChange, readFlow, type StepChange } from "@blok/graph";
import { Badge, type Tone } from "@blok/ui";
import { useMemo, useState } from "react";
import css from "./FlowDiff.module.css";

type Definition = Record<string, unknown>;

const TONES: Record<StepChange["kind"], Tone> = {
  added: "success",
  removed: "error",
  changed: "warning",
  moved: "primary",
};

/** The steps that came, went, changed or moved: on the canvas, and as a list with every field. */
export function FlowDiff({ before, after }: { before: Definition; after: Definition }) {
  const diff = useMemo(() => diffFlows(readFlow(before), readFlow(after)), [before, after]);
  const [selected, setSelected] = useState<string | null>(null);
  const keys = useMemo(() => new Map([...diff.marks].map(([key, change]) => [change, key])), [diff]);
  if (diff.changes.length === 0 && diff.fields.length === 0)
    return <p className={css.none}>No step differs.</p>;
  return (
    <div className={css.diff}>
      <div className={css.canvas}>
        <FlowCanvas flow={diff.flow} diff={diff} selected={selected} onSelect={setSelected} />
      </div>
      <ul className={css.changes}>
        {diff.fields.length > 0 && (
          <li className={css.change}>
            <strong>The workflow itself</strong>
            <Fields fields={diff.fields} />
          </li>
        )}
        {diff.changes.map(change => {
          const key = keys.get(change) ?? "";
          const step = change.after ?? change.before;
          return (
            <li key={`${change.kind} ${key}`} className={css.change}>
              <button
                type="button"
                className={css.step}
                aria-pressed={selected === key}
                onClick={() => setSelected(key)}
              >
                <Badge tone={TONES[change.kind]}>{change.kind}</Badge>
                <strong>{step?.title}</strong>
                <code>{step?.use}</code>
              </button>
              <Fields fields={change.fields} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Fields({ fields }: { fields: FieldChange[] }) {
  if (fields.length === 0) return null;
  return (
    <dl className={css.fields}>
      {fields.map(({ pointer, before, after }) => (
        <div key={pointer}>
          <dt>{pointer.slice(1).replaceAll("/", " › ") || "all of it"}</dt>
          <dd>
            {before !== undefined && <del>{short(before)}</del>}{" "}
            {after !== undefined && <ins>{short(after)}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const LONGEST = 200;

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
