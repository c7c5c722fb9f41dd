import type { LucideIcon } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { classes } from "../css.ts";
import css from "./Menu.module.css";

export type MenuItem = {
  label: string;
  icon?: LucideIcon;
  href?: string;
  onSelect?: () => void;
  checked?: boolean;
};

type Props = {
  label: string;
  trigger: ReactNode;
  items: MenuItem[];
  header?: ReactNode;
  className?: string | undefined;
};

/** A button that opens a list of things to do or places to go (WAI-ARIA menu button pattern). */
export function Menu({ label, trigger, items, header, className }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const links = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves when it opens, not when it changes
  useEffect(() => {
    if (!open) return;
    links()[0]?.focus();
    const away = (event: PointerEvent) => root.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  function close(toTrigger: boolean) {
    setOpen(false);
    if (toTrigger) root.current?.querySelector("button")?.focus();
  }

  function move(event: KeyboardEvent) {
    if (!open) return;
    if (event.key === "Escape") close(true);
    if (event.key === "Tab") close(false);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = links();
    all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the menu inside
    <div ref={root} className={css.root} onKeyDown={move}>
      <button
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        className={className ?? css.trigger}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open && (
        <div role="menu" aria-label={label} className={css.menu}>
          {header && <div className={css.header}>{header}</div>}
          {items.map(item => (
            <Item key={item.label} item={item} onDone={() => close(!item.href)} />
          ))}
        </div>
      )}
    </div>
  );
}

function Item({ item, onDone }: { item: MenuItem; onDone: () => void }) {
  const content = (
    <>
      {item.icon && <item.icon size={16} aria-hidden />}
      {item.label}
    </>
  );
  if (item.href) {
    return (
      <Link role="menuitem" href={item.href} className={css.item} onClick={onDone}>
        {content}
      </Link>
    );
  }
  const select = () => {
    item.onSelect?.();
    onDone();
  };
  if (item.checked === undefined) {
    return (
      <button type="button" role="menuitem" className={css.item} onClick={select}>
        {content}
      </button>
    );
  }
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={item.checked}
      className={classes(css.item, item.checked && css.checked)}
      onClick={select}
    >
      {content}
    </button>
  );
}
