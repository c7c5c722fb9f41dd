import { edgeId, exitOf, type FlowGraph, joinOf, type Unit, type UnitArm } from "./graph.ts";
import { elbow, line, type Point, type Route, swing } from "./routes.ts";
import {
  ASIDE,
  CARD,
  FAN,
  FORK_HEIGHT,
  GAP,
  LABEL,
  LANE_GAP,
  MARGIN,
  OVERHANG,
  PAD,
  ROW_GAP,
} from "./sizes.ts";
import { Spans } from "./spans.ts";

export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedLabel extends Point {
  /** The edge it belongs to. */
  edge: string;
  text: string;
}

export interface Layout {
  width: number;
  height: number;
  nodes: Map<string, Frame>;
  /** The frames of containers, by the key of their step. */
  groups: Map<string, Frame>;
  /** Lines by edge id; an edge that is no line of its own has none. */
  routes: Map<string, Route>;
  labels: PlacedLabel[];
}

interface Box {
  width: number;
  height: number;
  /** Where the way enters at the left and leaves at the right. */
  port: number;
  /** How far what stands at its left end reaches above the port. */
  rise: number;
  /** The stretch of the upper side by which a way from above may enter; none when it must enter at the left. */
  top?: { from: number; to: number; y: number };
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
    groups: new Map(),
    routes: new Map(),
    labels: [],
  };
  const known = new Set(graph.edges.map(edge => edge.id));
  const room = Math.max(CARD.width, options.width - 2 * MARGIN);
  const box = new Placer(out, known).list(graph.units, room);
  box.draw(MARGIN, MARGIN);
  out.width = box.width + 2 * MARGIN;
  out.height = box.height + 2 * MARGIN;
  return out;
}

class Placer {
  private readonly spans = new Spans();

  constructor(
    private readonly out: Layout,
    private readonly known: ReadonlySet<string>,
  ) {}

  list(units: readonly Unit[], room: number): Box {
    const rows: Row[] = [];
    for (const unit of units) {
      const box = this.unit(unit, room);
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
      width: Math.max(0, ...rows.map(row => row.width)),
      height: Math.max(0, height),
      port: first?.ascent ?? 0,
      rise: first?.boxes[0]?.rise ?? 0,
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

  private label(from: string, to: string, text: string, at: Point): void {
    this.out.labels.push({ edge: edgeId(from, to), text, ...at });
  }

  private unit(unit: Unit, room: number): Box {
    if (unit.shape === "card") return this.card(unit);
    if (unit.shape === "group") return this.group(unit, room);
    const span = this.spans.unit(unit);
    const fits = span.width <= room && span.height <= FORK_HEIGHT;
    return fits ? this.fork(unit, room) : this.group(unit, room);
  }

  private card(unit: Unit): Box {
    const { width, height } = CARD;
    return {
      width,
      height,
      port: height / 2,
      rise: height / 2,
      top: { from: 0, to: width, y: 0 },
      bottom: { from: 0, to: width, y: height },
      entry: unit.key,
      exit: exitOf(unit),
      draw: (x, y) => this.out.nodes.set(unit.key, { x, y, width, height }),
    };
  }

  /** A container; its arms stand beneath each other. */
  private group(unit: Unit, room: number): Box {
    const labelled = unit.arms.length > 1 || unit.shape === "fork";
    const lanes = unit.arms.map(arm => this.lane(arm, room - 2 * PAD.side, labelled));
    const { tops, bottom } = stack(lanes, OVERHANG + PAD.top);
    const width = Math.max(CARD.width, ...lanes.map(lane => lane.width)) + 2 * PAD.side;
    const height = bottom + PAD.bottom;
    const port = (tops[0] ?? 0) + (lanes[0]?.port ?? 0);
    return {
      width,
      height,
      port,
      rise: port,
      bottom: { from: 0, to: width, y: height },
      entry: unit.key,
      exit: exitOf(unit),
      draw: (x, y) => {
        this.out.groups.set(unit.key, { x, y: y + OVERHANG, width, height: height - OVERHANG });
        const start = { x, y: y + port };
        const aside = { x: x + ASIDE, y: start.y };
        for (const [index, lane] of lanes.entries()) {
          const top = y + (tops[index] ?? 0);
          const end = { x: x + PAD.side, y: top + lane.port };
          lane.draw(end.x, top);
          const route = index === 0 ? line(start, end) : elbow(start, aside, { x: aside.x, y: end.y }, end);
          this.connect(unit.key, lane.entry, route);
          if (labelled)
            this.label(unit.key, lane.entry, lane.label, { x: end.x, y: end.y - lane.rise - LABEL });
        }
      },
    };
  }

  /** A card whose arms fan out to the right of it, and join again when something follows. */
  private fork(unit: Unit, room: number): Box {
    const inner = room - CARD.width - FAN - (unit.joins ? FAN : 0);
    const lanes = unit.arms.map(arm => this.lane(arm, inner, true));
    const half = CARD.height / 2;
    // The way past all arms runs straight on, with the arms beneath it.
    const straight = unit.past !== undefined;
    const { tops, bottom } = stack(lanes, straight ? half + LANE_GAP / 2 : 0);
    const ports = lanes.map((lane, index) => (tops[index] ?? 0) + lane.port);
    const middle = ((ports[0] ?? 0) + (ports.at(-1) ?? 0)) / 2;
    const port = straight ? half : Math.max(half, middle);
    const shift = straight ? 0 : port - middle;
    const laneX = CARD.width + FAN;
    const turnX = laneX + Math.max(0, ...lanes.map(lane => lane.width));
    const width = turnX + (unit.joins ? FAN : 0);
    return {
      width,
      height: Math.max(port + half, bottom + shift),
      port,
      rise: half,
      top: { from: 0, to: CARD.width, y: port - half },
      entry: unit.key,
      exit: joinOf(unit.key),
      draw: (x, y) => {
        const start = { x: x + CARD.width, y: y + port };
        const join = { x: x + width, y: start.y };
        this.out.nodes.set(unit.key, { x, y: start.y - half, ...CARD });
        if (unit.past !== undefined) {
          this.connect(unit.key, joinOf(unit.key), line(start, join));
          this.label(unit.key, joinOf(unit.key), unit.past, { x: x + laneX, y: start.y - LABEL });
        }
        for (const [index, lane] of lanes.entries()) {
          const top = y + shift + (tops[index] ?? 0);
          const at = { x: x + laneX, y: top + lane.port };
          lane.draw(at.x, top);
          this.connect(unit.key, lane.entry, swing(start, at));
          this.label(unit.key, lane.entry, lane.label, { x: at.x, y: at.y - lane.rise - LABEL });
          const leave = { x: at.x + lane.width, y: at.y };
          this.connect(lane.exit, joinOf(unit.key), swing(leave, join, { x: x + turnX, y: at.y }));
        }
      },
    };
  }

  /** One arm, with room for its label above what stands first in it. */
  private lane({ arm, units }: UnitArm, room: number, labelled: boolean): Lane {
    const box = this.list(units, room);
    const head = labelled ? Math.max(0, box.rise + LABEL - box.port) : 0;
    const draw = (x: number, y: number) => box.draw(x, y + head);
    return { ...box, height: box.height + head, port: box.port + head, draw, label: arm.label };
  }
}

interface Lane extends Box {
  label: string;
}

/** The upper ends of lanes that stand beneath each other, and where the last one ends. */
function stack(lanes: readonly Lane[], start: number): { tops: number[]; bottom: number } {
  let bottom = start - LANE_GAP;
  const tops = lanes.map(lane => {
    const top = bottom + LANE_GAP;
    bottom = top + lane.height;
    return top;
  });
  return { tops, bottom };
}

interface Standing {
  box: Box;
  x: number;
  y: number;
}

/** The way from the end of one row to the start of the next. */
function wrap(from: Standing & { bottom: number }, to: Standing, left: number): Route {
  const turn = { x: left - ASIDE, y: from.bottom + ROW_GAP / 2 };
  const end = { x: to.x, y: to.y + to.box.port };
  const { bottom } = from.box;
  if (!bottom) {
    const start = { x: from.x + from.box.width, y: from.y + from.box.port };
    const aside = start.x + ASIDE;
    return elbow(
      start,
      { x: aside, y: start.y },
      { x: aside, y: turn.y },
      turn,
      { x: turn.x, y: end.y },
      end,
    );
  }
  const { top } = to.box;
  const low = Math.max(to.x + (top?.from ?? 0), from.x + bottom.from);
  const high = Math.min(to.x + (top?.to ?? 0), from.x + bottom.to);
  if (top && high - low > 40) {
    const x = (low + high) / 2;
    return line({ x, y: from.y + bottom.y }, { x, y: to.y + top.y });
  }
  const x = from.x + (bottom.from + bottom.to) / 2;
  return elbow({ x, y: from.y + bottom.y }, { x, y: turn.y }, turn, { x: turn.x, y: end.y }, end);
}
