import { type SketchStep, shortName } from "@blok/graph";

/** A tile of a sketch; `more` counts the steps that had no room. Coordinates are centres. */
export interface Tile {
  x: number;
  y: number;
  use: string;
  more?: number;
}

export interface Sketch {
  width: number;
  height: number;
  tiles: Tile[];
  paths: string[];
}

export const TILE = 24;
const STEP_X = 46;
const STEP_Y = 30;
const MAX_COLUMNS = 6;
const MAX_LANES = 3;
/** Nodes that always fail: nothing comes after them. */
const ENDS = new Set(["throw", "error"]);

/** A piece of a sketch, drawn from its left end. */
interface Piece {
  columns: number;
  lanes: number;
  /** How the way goes on at its right end: by a line still to be drawn, by one that is drawn already, or not at all. */
  leads: "on" | "drawn" | "nowhere";
  draw(column: number, y: number): void;
}

/** Place a sketch: steps from left to right, arms beneath each other, what does not fit counted. */
export function placeSketch(steps: readonly SketchStep[]): Sketch {
  const sketch: Sketch = { width: 0, height: 0, tiles: [], paths: [] };
  const piece = new Sketcher(sketch).row(flat(steps), MAX_COLUMNS, MAX_LANES);
  sketch.width = Math.max(1, piece.columns) * STEP_X;
  sketch.height = Math.max(1, piece.lanes) * STEP_Y;
  piece.draw(0, sketch.height / 2);
  return sketch;
}

/** Steps that repeat others are followed by those; only steps that choose keep their arms. */
function flat(steps: readonly SketchStep[]): SketchStep[] {
  return steps.flatMap(step => {
    const arms = step.arms.filter(arm => arm.length > 0);
    if (arms.length === 1 && (step.use === "forEach" || step.use === "loop")) {
      return [{ use: step.use, arms: [] }, ...flat(arms[0] ?? [])];
    }
    return [{ use: step.use, arms }];
  });
}

class Sketcher {
  constructor(private readonly out: Sketch) {}

  row(steps: readonly SketchStep[], room: number, lanes: number): Piece {
    const pieces: Piece[] = [];
    let used = 0;
    for (const [index, step] of steps.entries()) {
      const left = steps.length - index;
      const free = room - used;
      if (free <= 1 && left > 1) {
        pieces.push(this.tile({ use: step.use, more: left }));
        used += 1;
        break;
      }
      const piece = this.step(step, left > 1 ? free - 1 : free, lanes, left > 1);
      pieces.push(piece);
      used += piece.columns;
    }
    return {
      columns: used,
      lanes: Math.max(1, ...pieces.map(piece => piece.lanes)),
      leads: pieces.at(-1)?.leads ?? "on",
      draw: (column, y) => {
        let at = column;
        for (const [index, piece] of pieces.entries()) {
          if (pieces[index - 1]?.leads === "on") this.line(edge(at - 1, 1), y, edge(at, -1), y);
          piece.draw(at, y);
          at += piece.columns;
        }
      },
    };
  }

  private step(step: SketchStep, room: number, free: number, joins: boolean): Piece {
    const arms = step.arms.slice(0, free);
    if (arms.length === 0 || room < 2 || free < 2) return this.tile({ use: step.use });
    const [only, second] = arms;
    if (only && !second && joins)
      return free < MAX_LANES ? this.tile({ use: step.use }) : this.guard(step, only, room);
    let spare = free - arms.length;
    const lanes = arms.map(arm => {
      const lane = this.row(flat(arm), room - 1, 1 + spare);
      spare -= lane.lanes - 1;
      return lane;
    });
    return this.fork(step, lanes, joins);
  }

  /** A step whose arms stand beneath each other, and come together again when something follows. */
  private fork(step: SketchStep, lanes: readonly Piece[], joins: boolean): Piece {
    const width = Math.max(...lanes.map(lane => lane.columns));
    const count = lanes.reduce((sum, lane) => sum + lane.lanes, 0);
    return {
      columns: 1 + width,
      lanes: count,
      leads: "drawn",
      draw: (column, y) => {
        this.out.tiles.push({ x: centre(column), y, use: step.use });
        let top = y - (count * STEP_Y) / 2;
        for (const lane of lanes) {
          const middle = top + (lane.lanes * STEP_Y) / 2;
          this.curve(edge(column, 1), y, edge(column + 1, -1), middle);
          lane.draw(column + 1, middle);
          if (joins) this.join(lane, column + 1, middle, column + width, y);
          top += lane.lanes * STEP_Y;
        }
      },
    };
  }

  /** A step with one arm: the way runs straight on past it. */
  private guard(step: SketchStep, arm: readonly SketchStep[], room: number): Piece {
    const lane = this.row(flat(arm), room - 1, 1);
    return {
      columns: 1 + lane.columns,
      lanes: MAX_LANES,
      leads: "drawn",
      draw: (column, y) => {
        const last = column + lane.columns;
        this.out.tiles.push({ x: centre(column), y, use: step.use });
        this.line(edge(column, 1), y, edge(last + 1, -1), y);
        this.curve(edge(column, 1), y, edge(column + 1, -1), y + STEP_Y);
        lane.draw(column + 1, y + STEP_Y);
        this.join(lane, column + 1, y + STEP_Y, last, y);
      },
    };
  }

  /** The way from the end of a lane to what follows its fork. */
  private join(lane: Piece, column: number, middle: number, last: number, y: number): void {
    if (lane.leads === "nowhere") return;
    const [from, turn] = [edge(column + lane.columns - 1, 1), edge(last, 1)];
    if (turn > from) this.line(from, middle, turn, middle);
    this.curve(turn, middle, edge(last + 1, -1), y);
  }

  private tile(tile: Pick<Tile, "use" | "more">): Piece {
    return {
      columns: 1,
      lanes: 1,
      leads: ENDS.has(shortName(tile.use)) && !tile.more ? "nowhere" : "on",
      draw: (column, y) => {
        this.out.tiles.push({ ...tile, x: centre(column), y });
      },
    };
  }

  private line(x1: number, y1: number, x2: number, y2: number): void {
    this.out.paths.push(`M${x1} ${y1}L${x2} ${y2}`);
  }

  private curve(x1: number, y1: number, x2: number, y2: number): void {
    const middle = (x1 + x2) / 2;
    this.out.paths.push(`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`);
  }
}

const centre = (column: number): number => (column + 0.5) * STEP_X;
const edge = (column: number, side: 1 | -1): number => centre(column) + (side * TILE) / 2;
