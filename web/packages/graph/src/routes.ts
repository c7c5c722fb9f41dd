/** A point on the canvas, in pixels at zoom 1. */
export interface Point {
  x: number;
  y: number;
}

const RADIUS = 12;
const n = (value: number) => Math.round(value * 10) / 10;

/** A straight line. */
export function line(from: Point, to: Point): string {
  return `M${n(from.x)} ${n(from.y)}L${n(to.x)} ${n(to.y)}`;
}

/** A line that leaves and arrives horizontally. */
export function swing(from: Point, to: Point): string {
  if (Math.abs(from.y - to.y) < 0.5) return line(from, to);
  const bend = (to.x - from.x) / 2;
  return `M${n(from.x)} ${n(from.y)}C${n(from.x + bend)} ${n(from.y)} ${n(to.x - bend)} ${n(to.y)} ${n(to.x)} ${n(to.y)}`;
}

/** A line of horizontal and vertical parts with round corners. */
export function elbow(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start) return "";
  let path = `M${n(start.x)} ${n(start.y)}`;
  rest.forEach((point, index) => {
    const before = points[index] as Point;
    const after = points[index + 2];
    if (!after) {
      path += `L${n(point.x)} ${n(point.y)}`;
      return;
    }
    const radius = Math.min(RADIUS, distance(before, point) / 2, distance(point, after) / 2);
    const enter = towards(point, before, radius);
    const leave = towards(point, after, radius);
    path += `L${n(enter.x)} ${n(enter.y)}Q${n(point.x)} ${n(point.y)} ${n(leave.x)} ${n(leave.y)}`;
  });
  return path;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}
