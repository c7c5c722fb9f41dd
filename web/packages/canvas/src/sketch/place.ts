import type { SketchStep } from "@blok/graph";

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
const STEP_Y = 34;
const MAX_COLUMNS = 6;
const MAX_LANES = 3;

/** A piece of a sketch, drawn from its left end; `ways` are the heights at which it leads on. */
interface Piece {
  columns: number;
  lanes: number;
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
      draw: (column, y) => {
        let at = column;
        pieces.forEach((piece, index) => {
          if (index > 0) this.line(edge(at - 1, 1), y, edge(at, -1), y);
          piece.draw(at, y);
          at += piece.columns;
        });
      },
    };
  }

  private step(step: SketchStep, room: number, free: number, joins: boolean): Piece {
    const arms = step.arms.slice(0, free);
    if (arms.length === 0 || room < 2 || free < 2) return this.tile({ use: step.use });
    const past = arms.length === 1 && joins;
    let spare = free - arms.length - (past ? 1 : 0);
    const lanes = arms.map(arm => {
      const lane = this.row(flat(arm), room - 1, 1 + spare);
      spare -= lane.lanes - 1;
      return lane;
    });
    if (past) lanes.unshift({ columns: 0, lanes: 1, draw: () => {} });
    const width = Math.max(...lanes.map(lane => lane.columns));
    const count = lanes.reduce((sum, lane) => sum + lane.lanes, 0);
    return {
      columns: 1 + width,
      lanes: count,
      draw: (column, y) => {
        this.out.tiles.push({ x: centre(column), y, use: step.use });
        let top = y - (count * STEP_Y) / 2;
        for (const lane of lanes) {
          const middle = top + (lane.lanes * STEP_Y) / 2;
          this.curve(edge(column, 1), y, edge(column + 1, -1), middle);
          lane.draw(column + 1, middle);
          if (joins) {
            const from = lane.columns ? edge(column + lane.columns, 1) : edge(column + 1, -1);
            const turn = edge(column + width, 1);
            if (turn > from) this.line(from, middle, turn, middle);
            this.curve(turn, middle, turn + STEP_X - TILE, y);
          }
          top += lane.lanes * STEP_Y;
        }
      },
    };
  }

  private tile(tile: Pick<Tile, "use" | "more">): Piece {
    return {
      columns: 1,
      lanes: 1,
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
