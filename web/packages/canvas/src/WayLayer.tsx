import { CARD } from "@blok/graph";
import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import motion from "./landing.module.css";
import type { Way } from "./scene.ts";
import css from "./ways.module.css";

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
  const style = { animationDelay: landing.delay };
  return (
    <g className={faded ? css.fadedWay : undefined}>
      <path className={css.way} d={path} />
      {passed && (
        <path
          key={landing.take}
          className={`${css.passed} ${motion.fills}`}
          d={path}
          pathLength={1}
          style={style}
        />
      )}
      {end && !passed && <circle className={css.end} cx={end.x} cy={end.y} r={3} />}
      {end && passed && (
        <circle
          key={`end ${landing.take}`}
          className={`${css.endPassed} ${motion.lands}`}
          cx={end.x}
          cy={end.y}
          r={3}
          style={style}
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
