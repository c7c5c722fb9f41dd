import type { LucideIcon } from "lucide-react";
import type { Tone } from "../atoms/Badge.tsx";
import { classes } from "../css.ts";
import css from "./IconTile.module.css";

/** An icon on a soft ground of its colour. */
export function IconTile({ icon: Icon, tone, size = 36 }: { icon: LucideIcon; tone: Tone; size?: 26 | 36 }) {
  return (
    <span className={classes(css.tile, css[tone], size === 26 && css.small)} aria-hidden>
      <Icon size={size === 26 ? 14 : 18} />
    </span>
  );
}
