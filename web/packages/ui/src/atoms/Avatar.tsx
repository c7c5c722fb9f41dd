import { classes } from "../css.ts";
import css from "./Avatar.module.css";

const GROUNDS = 6;

/** The initials of an account on a ground that is always the same for the same handle. */
export function Avatar({ handle, size = 20 }: { handle: string; size?: 20 | 32 | 64 }) {
  let sum = 0;
  for (const letter of handle) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  const parts = handle.split("-").filter(Boolean);
  const initials =
    size === 20
      ? handle.slice(0, 1)
      : parts
          .slice(0, 2)
          .map(part => part[0])
          .join("");
  return (
    <span className={classes(css.avatar, css[`s${size}`], css[`g${sum % GROUNDS}`])} aria-hidden>
      {initials.toUpperCase()}
    </span>
  );
}
