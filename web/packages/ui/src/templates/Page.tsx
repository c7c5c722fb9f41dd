import { type ReactNode, useEffect } from "react";
import { classes } from "../css.ts";
import css from "./Page.module.css";

type Props = { title: string; children: ReactNode; width?: "wide" | "narrow" | "form" };

/** A page inside the frame; `title` is what the window is called. */
export function Page({ title, children, width = "wide" }: Props) {
  useTitle(title);
  return <div className={classes(css.page, css[width])}>{children}</div>;
}

/** Name the window. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title === "Blok" ? title : `${title} · Blok`;
  }, [title]);
}

/** A headline with what belongs beside it. */
export function PageHeader({
  title,
  children,
  actions,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className={css.header}>
      <div>
        <h1>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {actions && <div className={css.actions}>{actions}</div>}
    </header>
  );
}

/** A part of a page with its own headline. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={css.section} aria-label={title}>
      <div className={css.sectionHeader}>
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Cards beside each other, as many as fit. */
export function CardGrid({ children, layout = "grid" }: { children: ReactNode; layout?: "grid" | "list" }) {
  return <div className={layout === "grid" ? css.cards : css.rows}>{children}</div>;
}
