import { pointerText } from "./place.ts";
import { isRecord } from "./text.ts";

/** One difference inside a value. What was or is not there at all is undefined. */
export interface FieldChange {
  /** A JSON Pointer (RFC 6901). */
  pointer: string;
  before: unknown;
  after: unknown;
}

/** The differences of two JSON values, as deep down as they go; lists are compared by position. */
export function compare(before: unknown, after: unknown, place: readonly string[] = []): FieldChange[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap(key => compare(before[key], after[key], [...place, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const count = Math.max(before.length, after.length);
    return Array.from({ length: count }, (_, index) =>
      compare(before[index], after[index], [...place, String(index)]),
    ).flat();
  }
  return Object.is(before, after) ? [] : [{ pointer: pointerText(place), before, after }];
}

/** Whether two JSON values are equal. */
export function same(before: unknown, after: unknown): boolean {
  return compare(before, after).length === 0;
}
