import type { Frame } from "@blok/graph";
import type { Viewport } from "@xyflow/react";

export interface Size {
  width: number;
  height: number;
}

/** Below this zoom the text of a card can no longer be read. */
const READABLE = 0.62;
/** On a phone one looks from nearer, but at smaller letters. */
const READABLE_NARROW = 0.85;
export const NARROW = 480;
const MARGIN = 24;

/**
 * The view that shows a whole scene, or its beginning when the whole could not be read. Where nobody can pan
 * (`still`), it is the whole in any case.
 */
export function fitViewport(scene: Size, frame: Size, still = false): Viewport {
  const whole = Math.min(1, frame.width / scene.width, frame.height / scene.height);
  const least = frame.width < NARROW ? READABLE_NARROW : READABLE;
  const readable = Math.max(least, Math.min(1, frame.width / scene.width));
  const zoom = whole >= least || still ? whole : readable;
  const x = Math.max(0, (frame.width - scene.width * zoom) / 2);
  const y = Math.max(0, (frame.height - scene.height * zoom) / 2);
  return { x, y, zoom };
}

/** The nearest view in which something is seen whole; the same view when it is. */
export function reveal(view: Viewport, target: Frame, frame: Size): Viewport {
  const shift = (start: number, length: number, room: number) => {
    if (start < MARGIN) return MARGIN - start;
    return Math.min(0, Math.max(room - MARGIN - (start + length), MARGIN - start));
  };
  const x = view.x + shift(target.x * view.zoom + view.x, target.width * view.zoom, frame.width);
  const y = view.y + shift(target.y * view.zoom + view.y, target.height * view.zoom, frame.height);
  return x === view.x && y === view.y ? view : { ...view, x, y };
}
