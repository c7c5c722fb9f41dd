import { type Flow, iconOf, kindOf, type SketchStep, toSketch } from "@blok/graph";
import { useMemo } from "react";
import { ICONS } from "../icons.tsx";
import tones from "../tones.module.css";
import { placeSketch, TILE, type Tile } from "./place.ts";
import css from "./sketch.module.css";

export interface FlowSketchProps {
  /** The steps, trigger first as `trigger:http`. */
  sketch?: readonly SketchStep[];
  /** A whole flow, when there is no sketch at hand. */
  flow?: Flow;
  className?: string;
}

/** A small still picture of a workflow, for cards. It says nothing to a screen reader. */
export function FlowSketch({ sketch, flow, className }: FlowSketchProps) {
  const { width, height, tiles, paths } = useMemo(
    () => placeSketch(sketch ?? (flow ? toSketch(flow) : [])),
    [sketch, flow],
  );
  return (
    <div className={className ? `${css.sketch} ${className}` : css.sketch}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        aria-hidden="true"
        focusable="false"
      >
        {paths.map(path => (
          <path key={path} className={css.line} d={path} />
        ))}
        {tiles.map(tile => (
          <SketchTile key={`${tile.x} ${tile.y}`} tile={tile} />
        ))}
      </svg>
    </div>
  );
}

function SketchTile({ tile }: { tile: Tile }) {
  const box = { x: tile.x - TILE / 2, y: tile.y - TILE / 2, width: TILE, height: TILE, rx: 8 };
  if (tile.more) {
    return (
      <>
        <rect className={css.more} {...box} />
        <text className={css.count} x={tile.x} y={tile.y + 4}>
          +{tile.more}
        </text>
      </>
    );
  }
  const Icon = ICONS[iconOf(tile.use)];
  return (
    <g className={tones[kindOf(tile.use)]}>
      <rect className={css.tile} {...box} />
      <Icon className={css.icon} x={tile.x - 7} y={tile.y - 7} width={14} height={14} />
    </g>
  );
}
