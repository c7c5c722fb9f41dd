import type { LucideIcon } from "lucide-react";
import { type KeyboardEvent, useId, useRef } from "react";
import { classes } from "../css.ts";
import css from "./Tabs.module.css";

export type Tab<Name extends string> = {
  name: Name;
  label: string;
  icon?: LucideIcon;
  count?: number | undefined;
};

type Props<Name extends string> = {
  tabs: Tab<Name>[];
  active: Name;
  onChange: (name: Name) => void;
  label: string;
  size?: "page" | "small";
};

/** A row of tabs (WAI-ARIA tabs pattern): arrow keys move, the active one is in the order of focus. */
export function Tabs<Name extends string>({ tabs, active, onChange, label, size = "page" }: Props<Name>) {
  const row = useRef<HTMLDivElement>(null);
  const id = useId();
  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(tab => tab.name === active);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.name);
    row.current?.querySelector<HTMLButtonElement>(`[data-tab="${next.name}"]`)?.focus();
  }
  return (
    <div
      ref={row}
      role="tablist"
      aria-label={label}
      className={classes(css.tabs, css[size])}
      onKeyDown={move}
    >
      {tabs.map(({ name, label: text, icon: Icon, count }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}`}
          data-tab={name}
          aria-selected={name === active}
          tabIndex={name === active ? 0 : -1}
          className={css.tab}
          onClick={() => onChange(name)}
        >
          {Icon && <Icon size={16} aria-hidden />}
          {text}
          {count !== undefined && <span className={css.count}>{count}</span>}
        </button>
      ))}
    </div>
  );
}
