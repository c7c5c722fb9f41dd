import { edgeId, exitOf, type FlowGraph, joinOf, type Unit, type UnitArm } from "./graph.ts";
import { elbow, extend, line, type Point, type Route, swing } from "./routes.ts";

/** Sizes in pixels at zoom 1. */
export const CARD = { width: 196, height: 92 } as const;
const GAP = 48;
const ROW_GAP = 48;
const FAN = 48;
const LANE_GAP = 20;
const LABEL = 22;
const PAD = { top: 34, side: 28, bottom: 24 } as const;
const MARGIN = 32;
/** Below this depth both arrangements of a fork are tried; deeper, only the one that fits. */
const TRY_BOTH = 3;

export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedGroup extends Frame {
  key: string;
  /** A `step` group stands for a step; an `arm` group only holds one of its arms together. */
  role: "step" | "arm";
}

export interface PlacedLabel extends Point {
  /** The edge it belongs to. */
  edge: string;
  text: string;
  width: number;
}

export interface Layout {
  width: number;
  height: number;
  nodes: Map<string, Frame>;
  groups: PlacedGroup[];
  /** Lines by edge id; an edge that is no line of its own has none. */
  routes: Map<string, Route>;
  labels: PlacedLabel[];
  joins: Map<string, Point>;
}

interface Box {
  width: number;
  height: number;
  /** Where the way enters at the left and leaves at the right. */
  port: number;
  /** The stretch of the upper side by which a way from above may enter. */
  top: { from: number; to: number; y: number };
  /** The stretch of the lower side by which the way may leave; none when it must leave at the right. */
  bottom?: { from: number; to: number; y: number };
  entry: string;
  exit: string;
  draw(x: number, y: number): void;
}

interface Row {
  boxes: Box[];
  width: number;
  ascent: number;
  descent: number;
}

/** Place a graph in rows that wrap to `width` pixels. The same graph and width give the same layout. */
export function layout(graph: FlowGraph, options: { width: number }): Layout {
  const out: Layout = {
    width: 0,
    height: 0,
    nodes: new Map(),
    groups: [],
    routes: new Map(),
    labels: [],
    joins: new Map(),
  };
  const known = new Set(graph.edges.map(edge => edge.id));
  const room = Math.max(CARD.width, options.width - 2 * MARGIN);
  const box = new Placer(out, known).list(graph.units, room, 0);
  box.draw(MARGIN, MARGIN);
  out.width = box.width + 2 * MARGIN;
  out.height = box.height + 2 * MARGIN;
  return out;
}

class Placer {
  constructor(
    private readonly out: Layout,
    private readonly known: ReadonlySet<string>,
  ) {}

  list(units: readonly Unit[], room: number, depth: number): Box & { rows: number } {
    const rows: Row[] = [];
    for (const unit of units) {
      const box = this.unit(unit, room, depth);
      const row = rows.at(-1);
      if (row && row.width + GAP + box.width <= room) {
        row.boxes.push(box);
        row.width += GAP + box.width;
        row.ascent = Math.max(row.ascent, box.port);
        row.descent = Math.max(row.descent, box.height - box.port);
      } else {
        rows.push({ boxes: [box], width: box.width, ascent: box.port, descent: box.height - box.port });
      }
    }
    const [first, last] = [rows[0], rows.at(-1)];
    const height = rows.reduce((sum, row) => sum + row.ascent + row.descent + ROW_GAP, -ROW_GAP);
    return {
      rows: rows.length,
      width: Math.max(0, ...rows.map(row => row.width)),
      height: Math.max(0, height),
      port: first?.ascent ?? 0,
      top: { from: 0, to: 0, y: 0 },
      entry: first?.boxes[0]?.entry ?? "",
      exit: last?.boxes.at(-1)?.exit ?? "",
      draw: (x, y) => this.rows(rows, x, y),
    };
  }

  private rows(rows: readonly Row[], x: number, y: number): void {
    let above: { box: Box; x: number; y: number; bottom: number } | undefined;
    let top = y;
    for (const row of rows) {
      const port = top + row.ascent;
      let left = x;
      let before: { box: Box; x: number } | undefined;
      for (const box of row.boxes) {
        box.draw(left, port - box.port);
        if (before) {
          this.connect(
            before.box.exit,
            box.entry,
            line({ x: before.x + before.box.width, y: port }, { x: left, y: port }),
          );
        } else if (above) {
          this.connect(above.box.exit, box.entry, wrap(above, { box, x: left, y: port - box.port }, x));
        }
        before = { box, x: left };
        left += box.width + GAP;
      }
      const bottom = port + row.descent;
      if (before) above = { box: before.box, x: before.x, y: port - before.box.port, bottom };
      top = bottom + ROW_GAP;
    }
  }

  private connect(from: string, to: string, route: Route): void {
    const id = edgeId(from, to);
    if (this.known.has(id)) this.out.routes.set(id, route);
  }

  private label(from: string, to: string, text: string, at: Point, width: number): void {
    this.out.labels.push({ edge: edgeId(from, to), text, width, ...at });
  }

  private unit(unit: Unit, room: number, depth: number): Box {
    if (unit.shape === "card") return this.card(unit);
    if (unit.shape === "group") return this.group(unit, room, depth);
    const least = 2 * CARD.width + FAN + (unit.joins ? FAN : 0);
    if (least > room) return this.group(unit, room, depth);
    const wide = this.fork(unit, room, depth);
    if (wide.width > room) return this.group(unit, room, depth);
    if (depth >= TRY_BOTH) return wide;
    const tall = this.group(unit, room, depth);
    return tall.height < wide.height * 0.8 ? tall : wide;
  }

  private card(unit: Unit): Box {
    const { width, height } = CARD;
    return {
      width,
      height,
      port: height / 2,
      top: { from: 0, to: width, y: 0 },
      bottom: { from: 0, to: width, y: height },
      entry: unit.key,
      exit: exitOf(unit),
      draw: (x, y) => this.out.nodes.set(unit.key, { x, y, width, height }),
    };
  }

  /** A container; its arms stand beneath each other. */
  private group(unit: Unit, room: number, depth: number): Box {
    const labelled = unit.arms.length > 1 || unit.shape === "fork";
    const lanes = unit.arms.map(arm => ({ arm, box: this.list(arm.units, room - 2 * PAD.side, depth + 1) }));
    const head = labelled ? LABEL : 0;
    const width = Math.max(CARD.width, ...lanes.map(lane => lane.box.width)) + 2 * PAD.side;
    const tops: number[] = [];
    let height = PAD.top;
    for (const { box } of lanes) {
      tops.push(height + head);
      height += head + box.height + LANE_GAP;
    }
    height += PAD.bottom - LANE_GAP;
    const port = (tops[0] ?? PAD.top) + (lanes[0]?.box.port ?? 0);
    return {
      width,
      height,
      port,
      top: { from: 0, to: Math.min(width, CARD.width + 2 * PAD.side), y: 0 },
      bottom: { from: 0, to: width, y: height },
      entry: unit.key,
      exit: exitOf(unit),
      draw: (x, y) => {
        this.out.groups.push({ key: unit.key, role: "step", x, y, width, height });
        lanes.forEach(({ arm, box }, index) => {
          const laneTop = y + (tops[index] ?? 0);
          box.draw(x + PAD.side, laneTop);
          const [start, end] = [
            { x, y: y + port },
            { x: x + PAD.side, y: laneTop + box.port },
          ];
          const stub =
            index === 0
              ? line(start, end)
              : elbow(start, { x: x + 14, y: start.y }, { x: x + 14, y: end.y }, end);
          this.connect(unit.key, box.entry, stub);
          if (labelled)
            this.label(
              unit.key,
              box.entry,
              said(arm),
              { x: x + PAD.side, y: laneTop - head },
              width - 2 * PAD.side,
            );
        });
      },
    };
  }

  /** A card whose arms fan out to the right of it, and join again when something follows. */
  private fork(unit: Unit, room: number, depth: number): Box {
    const inner = room - CARD.width - FAN - (unit.joins ? FAN : 0);
    const lanes = unit.arms.map(arm => this.lane(arm, inner, depth));
    const width = Math.max(0, ...lanes.map(lane => lane.width));
    const straight = unit.past !== undefined;
    // The way past all arms runs straight on, with the arms beneath it.
    let height = straight ? CARD.height / 2 + LANE_GAP / 2 : 0;
    const tops = lanes.map(lane => {
      const top = height;
      height += lane.height + LANE_GAP;
      return top;
    });
    height -= LANE_GAP;
    const ports = lanes.map((lane, index) => (tops[index] ?? 0) + lane.port);
    const middle = ((ports[0] ?? 0) + (ports.at(-1) ?? 0)) / 2;
    const port = straight ? CARD.height / 2 : Math.max(CARD.height / 2, middle);
    const shift = straight ? 0 : port - middle;
    const laneX = CARD.width + FAN;
    const whole = laneX + width + (unit.joins ? FAN : 0);
    return {
      width: whole,
      height: Math.max(port + CARD.height / 2, height + shift),
      port,
      top: { from: 0, to: CARD.width, y: port - CARD.height / 2 },
      ...(!unit.joins && { bottom: { from: 0, to: CARD.width, y: port + CARD.height / 2 } }),
      entry: unit.key,
      exit: joinOf(unit.key),
      draw: (x, y) => {
        const start = { x: x + CARD.width, y: y + port };
        const join = { x: x + whole, y: y + port };
        this.out.nodes.set(unit.key, {
          x,
          y: y + port - CARD.height / 2,
          width: CARD.width,
          height: CARD.height,
        });
        if (unit.joins) this.out.joins.set(joinOf(unit.key), join);
        if (unit.past !== undefined) {
          this.connect(unit.key, joinOf(unit.key), line(start, join));
          this.label(unit.key, joinOf(unit.key), unit.past, { x: x + laneX, y: start.y - LABEL }, width);
        }
        lanes.forEach((lane, index) => {
          const top = y + shift + (tops[index] ?? 0);
          const at = { x: x + laneX, y: top + lane.port };
          lane.draw(at.x, top);
          this.connect(unit.key, lane.entry, extend(swing(start, at), { x: at.x + lane.inset, y: at.y }));
          this.label(unit.key, lane.entry, lane.said, { x: at.x, y: top }, lane.width);
          const leave = { x: at.x + lane.width, y: at.y };
          const turn = { x: x + laneX + width, y: at.y };
          this.connect(lane.exit, joinOf(unit.key), swing(leave, join, turn));
        });
      },
    };
  }

  /** One arm of a fork, under its label; in a container of its own when it takes more than one row. */
  private lane(arm: UnitArm, room: number, depth: number): Box & { said: string; inset: number } {
    const box = this.list(arm.units, room, depth + 1);
    if (box.rows <= 1) {
      const draw = (x: number, y: number) => box.draw(x, y + LABEL);
      return { ...box, height: box.height + LABEL, port: box.port + LABEL, draw, said: said(arm), inset: 0 };
    }
    const held = this.list(arm.units, Math.max(CARD.width, room - 2 * PAD.side), depth + 1);
    const [width, height] = [held.width + 2 * PAD.side, held.height + 2 * PAD.bottom];
    return {
      ...held,
      width,
      height: height + LABEL,
      port: held.port + PAD.bottom + LABEL,
      said: said(arm),
      inset: PAD.side,
      draw: (x, y) => {
        this.out.groups.push({ key: held.entry, role: "arm", x, y: y + LABEL, width, height });
        held.draw(x + PAD.side, y + LABEL + PAD.bottom);
      },
    };
  }
}

function said({ arm }: UnitArm): string {
  return arm.label;
}

interface Standing {
  box: Box;
  x: number;
  y: number;
}

/** The way from the end of one row to the start of the next. */
function wrap(from: Standing & { bottom: number }, to: Standing, left: number): Route {
  const top = { from: to.x + to.box.top.from, to: to.x + to.box.top.to, y: to.y + to.box.top.y };
  const turn = { x: left - 16, y: from.bottom + ROW_GAP / 2 };
  const end = { x: to.x, y: to.y + to.box.port };
  const { bottom } = from.box;
  if (!bottom) {
    const start = { x: from.x + from.box.width, y: from.y + from.box.port };
    const aside = start.x + 14;
    return elbow(
      start,
      { x: aside, y: start.y },
      { x: aside, y: turn.y },
      turn,
      { x: turn.x, y: end.y },
      end,
    );
  }
  const low = Math.max(top.from, from.x + bottom.from);
  const high = Math.min(top.to, from.x + bottom.to);
  if (high - low > 40) {
    const x = Math.min(high - 20, Math.max(low + 20, (top.from + top.to) / 2));
    return line({ x, y: from.y + bottom.y }, { x, y: top.y });
  }
  const x = from.x + (bottom.from + bottom.to) / 2;
  return elbow({ x, y: from.y + bottom.y }, { x, y: turn.y }, turn, { x: turn.x, y: end.y }, end);
}
