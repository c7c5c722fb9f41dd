import { classes } from "@blok/ui";
import { Fragment, useMemo } from "react";
import { compareLines, hunksOf, type Line } from "./lines.ts";
import css from "./TextDiff.module.css";

const SIGNS: Record<Line["kind"], string> = { same: " ", added: "+", removed: "−" };
const WORDS: Record<Line["kind"], string> = { same: "", added: "added: ", removed: "removed: " };

/** The lines that differ between two texts, with a few around them. */
export function TextDiff({ before, after }: { before: string; after: string }) {
  const hunks = useMemo(() => hunksOf(compareLines(before, after)), [before, after]);
  if (hunks.length === 0) return <p className={css.none}>The text is the same.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reachable by keyboard
    <section className={css.diff} tabIndex={0} aria-label="Lines that changed">
      <table>
        <tbody>
          {hunks.map(hunk => (
            <Fragment key={`${hunk.lines[0]?.before}:${hunk.lines[0]?.after}`}>
              {hunk.hidden > 0 && (
                <tr className={css.hidden}>
                  <td colSpan={3}>
                    {hunk.hidden} {hunk.hidden === 1 ? "line stays" : "lines stay"} the same
                  </td>
                </tr>
              )}
              {hunk.lines.map(line => (
                <tr
                  key={`${line.kind} ${line.before} ${line.after}`}
                  className={classes(css.line, css[line.kind])}
                >
                  <td className={css.number}>{line.before}</td>
                  <td className={css.number}>{line.after}</td>
                  <td className={css.text}>
                    <span aria-hidden>{SIGNS[line.kind]} </span>
                    <span className="visually-hidden">{WORDS[line.kind]}</span>
                    {line.text}
                  </td>
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}
