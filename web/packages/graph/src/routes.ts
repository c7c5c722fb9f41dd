/** A point on the canvas, in pixels at zoom 1. */
export interface Point {
  x: number;
  y: number;
}

/** A line as SVG path data, and where it ends. */
export interface Route {
  d: string;
  end: Point;
}

const RADIUS = 12;
const round = (value: number) => Math.round(value * 10) / 10;
const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;

/** A straight line through points. */
export function line(start: Point, ...rest: [Point, ...Point[]]): Route {
  return { d: `M${at(start)}${rest.map(point => `L${at(point)}`).join("")}`, end: rest.at(-1) ?? start };
}

/** A line that leaves and arrives horizontally; it runs straight through `via` first, when there is such a point. */
export function swing(start: Point, end: Point, via: Point = start): Route {
  if (Math.abs(via.y - end.y) < 0.5) return line(start, end);
  const bend = (end.x - via.x) / 2;
  const straight = via === start ? "" : `L${at(via)}`;
  const curve = `C${at({ x: via.x + bend, y: via.y })} ${at({ x: end.x - bend, y: end.y })} ${at(end)}`;
  return { d: `M${at(start)}${straight}${curve}`, end };
}

/** A line of horizontal and vertical parts with round corners. */
export function elbow(start: Point, ...rest: [Point, ...Point[]]): Route {
  const points = [start, ...rest];
  let d = `M${at(start)}`;
  for (const [index, point] of rest.entries()) {
    const before = points[index] ?? start;
    const after = points[index + 2];
    if (!after) {
      d += `L${at(point)}`;
      break;
    }
    const radius = Math.min(RADIUS, distance(before, point) / 2, distance(point, after) / 2);
    d += `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
  }
  return { d, end: rest.at(-1) ?? start };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}
