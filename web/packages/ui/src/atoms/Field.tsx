import { Check, ChevronDown, CircleAlert } from "lucide-react";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import { classes } from "../css.ts";
import css from "./Field.module.css";

type Around = { label: string; hint?: ReactNode; error?: string | undefined; hideLabel?: boolean };

type Parts = { id: string; described: string | undefined };

function Frame({
  label,
  hint,
  error,
  hideLabel,
  children,
}: Around & { children: (parts: Parts) => ReactNode }) {
  const id = useId();
  const described = error || hint ? `${id}-about` : undefined;
  return (
    <div className={css.field}>
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : css.label}>
        {label}
      </label>
      {children({ id, described })}
      {error ? (
        <p id={described} className={css.error} role="alert">
          <CircleAlert size={14} aria-hidden />
          {error}
        </p>
      ) : (
        hint && (
          <p id={described} className={css.hint}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** A labelled line of text; `error` says what is wrong with it and how to mend it. */
export function TextField({
  label,
  hint,
  error,
  hideLabel,
  ...rest
}: Around & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {({ id, described }) => (
        <input
          {...rest}
          id={id}
          className={classes(css.input, rest.className)}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Frame>
  );
}

/** A labelled text of several lines. */
export function TextArea({
  label,
  hint,
  error,
  hideLabel,
  mono,
  ...rest
}: Around & TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean }) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {({ id, described }) => (
        <textarea
          rows={4}
          spellCheck={!mono}
          {...rest}
          id={id}
          className={classes(css.input, css.area, mono && css.mono, rest.className)}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Frame>
  );
}

/** A labelled choice of one among a few. */
export function Select({
  label,
  hint,
  error,
  hideLabel,
  children,
  ...rest
}: Around & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {({ id, described }) => (
        <span className={css.select}>
          <select {...rest} id={id} className={css.input} aria-describedby={described}>
            {children}
          </select>
          <ChevronDown size={16} aria-hidden />
        </span>
      )}
    </Frame>
  );
}

/** A box to tick, with its label and, at the end of the line, a count. */
export function Checkbox({
  label,
  count,
  ...rest
}: { label: string; count?: number | undefined } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={css.checkbox}>
      <input type="checkbox" {...rest} />
      <span className={css.box} aria-hidden>
        <Check size={12} strokeWidth={3} />
      </span>
      <span className={css.name}>{label}</span>
      {count !== undefined && <span className={css.count}>{count}</span>}
    </label>
  );
}
