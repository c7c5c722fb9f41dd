import { classes, milliseconds } from "@blok/ui";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef } from "react";
import { lengthOf, type Row } from "./timeline.ts";
import type { Runner } from "./useRun.ts";
import css from "./Waterfall.module.css";

/** The steps of a run on one line of time. Arrow keys go from step to step. */
export function Waterfall({ rows, runner }: { rows: Row[]; runner: Runner }) {
  const list = useRef<HTMLOListElement>(null);
  const total = lengthOf(rows);
  const { selection, select } = runner;
  const chosen = rows.findIndex(row => isChosen(row, selection));
  useEffect(() => {
    const row = list.current?.children[chosen] as HTMLElement | undefined;
    const box = list.current;
    if (!row || !box) return;
    if (row.offsetTop < box.scrollTop) box.scrollTop = row.offsetTop;
    else if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight;
  }, [chosen]);
  function move(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && rows[chosen + step];
    if (!next) return;
    event.preventDefault();
    select(next.key, next.pass);
    list.current?.children[chosen + step]?.querySelector("button")?.focus({ preventScroll: true });
  }
  return (
    <ol ref={list} className={css.rows} aria-label="Trace" onKeyDown={move}>
      {rows.map((row, at) => {
        const failed = row.entry.error != null;
        return (
          <li key={row.index}>
            <button
              type="button"
              className={classes(css.row, at === chosen && css.chosen, failed && css.failed)}
              aria-current={at === chosen ? "step" : undefined}
              tabIndex={at === Math.max(0, chosen) ? 0 : -1}
              onClick={() => select(row.key, row.pass)}
            >
              <span className={css.name} style={{ "--depth": row.entry.depth } as CSSProperties}>
                {row.entry.step}
                {row.entry.iteration != null && row.entry.depth > 0 && (
                  <small> · {row.entry.iteration + 1}</small>
                )}
              </span>
              <span className={css.track} aria-hidden>
                <span
                  className={css.bar}
                  style={{
                    left: `${(row.start / total) * 100}%`,
                    width: `${(row.duration / total) * 100}%`,
                    animationDelay: `${(row.start / total) * 500}ms`,
                  }}
                />
              </span>
              <span className={css.time}>
                {failed && <span className="visually-hidden">failed, </span>}
                {milliseconds(row.duration)}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function isChosen(row: Row, selection: Runner["selection"]): boolean {
  return selection !== null && row.key === selection.key && row.pass === selection.pass;
}
