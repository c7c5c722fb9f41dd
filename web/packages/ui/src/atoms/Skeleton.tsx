import type { CSSProperties } from "react";
import css from "./Skeleton.module.css";

/** The shape of what is about to come. */
export function Skeleton({
  width = "100%",
  height = "1em",
  round = false,
}: {
  width?: CSSProperties["width"];
  height?: CSSProperties["height"];
  round?: boolean;
}) {
  return (
    <span
      className={css.skeleton}
      style={{ width, height, borderRadius: round ? "999px" : undefined }}
      aria-hidden
    />
  );
}
