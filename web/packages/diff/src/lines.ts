import { diffLines } from "diff";

export type Line = { kind: "same" | "added" | "removed"; text: string; before?: number; after?: number };
export type Hunk = { lines: Line[]; hidden: number };

const AROUND = 3;

/** The lines of two texts beside each other: what is gone, what is new, what stayed. Numbers count from 1. */
export function compareLines(before: string, after: string): Line[] {
  let [left, right] = [0, 0];
  return diffLines(before, after).flatMap(part =>
    part.value
      .replace(/\n$/, "")
      .split("\n")
      .map((text): Line => {
        if (part.added) return { kind: "added", text, after: ++right };
        if (part.removed) return { kind: "removed", text, before: ++left };
        return { kind: "same", text, before: ++left, after: ++right };
      }),
  );
}

/** Leave out what stayed the same further than three lines from any change; `hidden` counts those before a hunk. */
export function hunksOf(lines: readonly Line[]): Hunk[] {
  const near = new Set<number>();
  lines.forEach((line, at) => {
    if (line.kind !== "same") for (let each = at - AROUND; each <= at + AROUND; each += 1) near.add(each);
  });
  const hunks: Hunk[] = [];
  let hidden = 0;
  lines.forEach((line, at) => {
    if (!near.has(at)) {
      hidden += 1;
      return;
    }
    if (hunks.length === 0 || hidden > 0) hunks.push({ lines: [], hidden });
    hidden = 0;
    hunks.at(-1)?.lines.push(line);
  });
  return hunks;
}
