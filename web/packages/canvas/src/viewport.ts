import type { Viewport } from "@xyflow/react";
import type { Size } from "./scene.ts";

/** Below this zoom the text of a card can no longer be read. */
const READABLE = 0.62;

/** The view that shows a whole scene, or its beginning when the whole could not be read. */
export function fitViewport(scene: Size, frame: Size): Viewport {
  const whole = Math.min(1, frame.width / scene.width, frame.height / scene.height);
  const zoom = whole >= READABLE ? whole : Math.max(READABLE, Math.min(1, frame.width / scene.width));
  const x = Math.max(0, (frame.width - scene.width * zoom) / 2);
  const y = Math.max(0, (frame.height - scene.height * zoom) / 2);
  return { x, y, zoom };
}
