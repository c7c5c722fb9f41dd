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

interface Point {
  x: number;
  y: number;
}

/** A piece of a sketch. It is drawn from its left end, and tells from where the way leads on. */
interface Piece {
  columns: number;
  lanes: number;
  draw(column: number, y: number): Point[];
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
      const rest = steps.length - index;
      const free = room - used;
      if (free <= 1 && rest > 1) {
        pieces.push(this.tile({ use: step.use, more: rest }));
        used += 1;
        break;
      }
      const piece = this.step(step, rest > 1 ? free - 1 : free, lanes, rest > 1);
      pieces.push(piece);
      used += piece.columns;
    }
    return {
      columns: used,
      lanes: Math.max(1, ...pieces.map(piece => piece.lanes)),
      draw: (column, y) => {
        let at = column;
        let exits: Point[] = [];
        for (const piece of pieces) {
          for (const exit of exits) this.way(exit, { x: right(at - 1), y: exit.y }, { x: left(at), y });
          exits = piece.draw(at, y);
          at += piece.columns;
        }
        return exits;
      },
    };
  }

  private step(step: SketchStep, room: number, free: number, goesOn: boolean): Piece {
    const arms = step.arms.slice(0, free);
    const [only, second] = arms;
    if (!only || room < 2 || free < 2) return this.tile({ use: step.use });
    if (!second && goesOn) {
      return free < MAX_LANES ? this.tile({ use: step.use }) : this.guard(step, only, room);
    }
    let spare = free - arms.length;
    const lanes = arms.map(arm => {
      const lane = this.row(flat(arm), room - 1, 1 + spare);
      spare -= lane.lanes - 1;
      return lane;
    });
    return this.fork(step, lanes);
  }

  /** A step whose arms stand beneath each other. */
  private fork(step: SketchStep, lanes: readonly Piece[]): Piece {
    const count = lanes.reduce((sum, lane) => sum + lane.lanes, 0);
    return {
      columns: 1 + Math.max(...lanes.map(lane => lane.columns)),
      lanes: count,
      draw: (column, y) => {
        const [start] = this.put(step, column, y);
        let top = y - (count * STEP_Y) / 2;
        return lanes.flatMap(lane => {
          const middle = top + (lane.lanes * STEP_Y) / 2;
          top += lane.lanes * STEP_Y;
          this.way(start, start, { x: left(column + 1), y: middle });
          return lane.draw(column + 1, middle);
        });
      },
    };
  }

  /** A step with one arm: the way runs straight on past it. */
  private guard(step: SketchStep, arm: readonly SketchStep[], room: number): Piece {
    const lane = this.row(flat(arm), room - 1, 1);
    return {
      columns: 1 + lane.columns,
      lanes: MAX_LANES,
      draw: (column, y) => {
        const [start] = this.put(step, column, y);
        this.way(start, start, { x: left(column + 1), y: y + STEP_Y });
        return [start, ...lane.draw(column + 1, y + STEP_Y)];
      },
    };
  }

  private tile(tile: Pick<Tile, "use" | "more">): Piece {
    const ends = ENDS.has(shortName(tile.use)) && !tile.more;
    return {
      columns: 1,
      lanes: 1,
      draw: (column, y) => {
        const exits = this.put(tile, column, y);
        return ends ? [] : exits;
      },
    };
  }

  private put({ use, more }: Pick<Tile, "use" | "more">, column: number, y: number): [Point] {
    this.out.tiles.push({ use, ...(more && { more }), x: centre(column), y });
    return [{ x: right(column), y }];
  }

  /** A way straight to a turn, and from there to where it ends. */
  private way(from: Point, turn: Point, to: Point): void {
    const middle = (turn.x + to.x) / 2;
    const straight = turn.x > from.x ? `L${turn.x} ${turn.y}` : "";
    const rest =
      turn.y === to.y ? `L${to.x} ${to.y}` : `C${middle} ${turn.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    this.out.paths.push(`M${from.x} ${from.y}${straight}${rest}`);
  }
}

const centre = (column: number): number => (column + 0.5) * STEP_X;
const left = (column: number): number => centre(column) - TILE / 2;
const right = (column: number): number => centre(column) + TILE / 2;
