import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "../css.ts";
import css from "./Badge.module.css";

export type Tone = "neutral" | "primary" | "success" | "warning" | "error" | "violet" | "cyan";

/** A short fact. Its colour means something (a category, a state) or is neutral. */
export function Badge({
  tone = "neutral",
  icon: Icon,
  children,
  title,
}: {
  tone?: Tone;
  icon?: LucideIcon;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={classes(css.badge, css[tone])} title={title}>
      {Icon && <Icon size={14} aria-hidden />}
      {children}
    </span>
  );
}
