import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import css from "./canvas.module.css";
import type { Way } from "./scene.ts";

const SPREAD_MS = 440;
const FILL_MS = 160;

/** All ways in one drawing: their routes are those of the layout, so none has to be found from node to node. */
export const WayLayer = memo(function WayLayer({ ways }: { ways: readonly Way[] }) {
  return (
    <ViewportPortal>
      <svg className={css.ways} aria-hidden="true" focusable="false">
        {ways.map(way => (
          <WayLine key={way.id} way={way} />
        ))}
      </svg>
    </ViewportPortal>
  );
});

/** A way between two steps: a thin line, and over it the green one of a run that came along. */
function WayLine({ way: { path, label, passed, faded, dotted, landing } }: { way: Way }) {
  const end = dotted ? path.match(/(-?[\d.]+) (-?[\d.]+)$/) : null;
  const delay = `${Math.round(Math.max(0, landing * SPREAD_MS - FILL_MS / 2))}ms`;
  return (
    <g className={faded ? css.fadedWay : undefined}>
      <path className={css.way} d={path} />
      {passed && <path className={css.passed} d={path} pathLength={1} style={{ animationDelay: delay }} />}
      {end && <circle className={passed ? css.endPassed : css.end} cx={end[1]} cy={end[2]} r={3} />}
      {label && (
        <foreignObject x={label.x} y={label.y} width={Math.max(40, label.width)} height={20}>
          <span className={css.wayLabel}>{label.text}</span>
        </foreignObject>
      )}
    </g>
  );
}
