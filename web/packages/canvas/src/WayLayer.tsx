import { CARD } from "@blok/graph";
import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import css from "./canvas.module.css";
import { landingDelay } from "./landing.ts";
import type { Way } from "./scene.ts";

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
function WayLine({ way: { path, label, passed, faded, end, landing } }: { way: Way }) {
  return (
    <g className={faded ? css.fadedWay : undefined}>
      <path className={css.way} d={path} />
      {passed && (
        <path
          className={css.passed}
          d={path}
          pathLength={1}
          style={{ animationDelay: landingDelay(landing) }}
        />
      )}
      {end && (
        <circle
          className={passed ? `${css.endPassed} ${css.land}` : css.end}
          cx={end.x}
          cy={end.y}
          r={3}
          style={{ animationDelay: landingDelay(landing) }}
        />
      )}
      {label && (
        <foreignObject x={label.x} y={label.y} width={CARD.width} height={20}>
          <span className={css.wayLabel}>{label.text}</span>
        </foreignObject>
      )}
    </g>
  );
}
