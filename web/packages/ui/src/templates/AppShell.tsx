import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Logo } from "../atoms/Logo.tsx";
import { classes } from "../css.ts";
import css from "./AppShell.module.css";

export type NavItem = {
  label: string;
  short?: string;
  icon: LucideIcon;
  href: string;
  count?: number | undefined;
  active: boolean;
};
export type NavAction = { label: string; icon: LucideIcon; onSelect: () => void; hint?: string };

type Props = {
  main: NavItem[];
  own: NavItem[];
  actions: NavAction[];
  bottom: NavItem[];
  search: ReactNode;
  account: ReactNode;
  children: ReactNode;
};

/** The frame of every page: a sidebar (a bar at the bottom on phones), search on top, the page. */
export function AppShell({ main, own, actions, bottom, search, account, children }: Props) {
  return (
    <div className={css.shell}>
      <a className={classes(css.skip, "visually-hidden")} href="#page">
        Skip to the page
      </a>
      <aside className={css.side}>
        <Link href="/" className={css.brand} aria-label="Blok, home">
          <Logo />
          <span className={css.word}>Blok</span>
        </Link>
        <nav aria-label="Main">
          <NavList items={main} />
          {own.length > 0 && <p className={css.heading}>My work</p>}
          <NavList items={own} />
        </nav>
        <ul className={css.actions}>
          {actions.map(({ label, icon: Icon, onSelect, hint }) => (
            <li key={label}>
              <button type="button" className={css.item} onClick={onSelect} title={label}>
                <Icon size={18} aria-hidden />
                <span className={css.word}>{label}</span>
                {hint && <kbd className={css.count}>{hint}</kbd>}
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <header className={css.top}>
        <Link href="/" className={css.phoneBrand} aria-label="Blok, home">
          <Logo />
        </Link>
        <div className={css.search}>{search}</div>
        <div className={css.account}>{account}</div>
      </header>
      <main id="page" className={css.page} tabIndex={-1}>
        {children}
      </main>
      <nav className={css.bottom} aria-label="Main, for phones">
        {bottom.map(({ label, short, icon: Icon, href, active }) => (
          <Link key={label} href={href} className={css.tab} aria-current={active ? "page" : undefined}>
            <Icon size={20} aria-hidden />
            {short ?? label}
          </Link>
        ))}
      </nav>
    </div>
  );
}

function NavList({ items }: { items: NavItem[] }) {
  return (
    <ul className={css.list}>
      {items.map(({ label, icon: Icon, href, count, active }) => (
        <li key={label}>
          <Link href={href} className={css.item} aria-current={active ? "page" : undefined} title={label}>
            <Icon size={18} aria-hidden />
            <span className={css.word}>{label}</span>
            {count !== undefined && <span className={css.count}>{count.toLocaleString("en")}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}
