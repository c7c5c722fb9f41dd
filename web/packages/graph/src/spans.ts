import type { Unit, UnitArm } from "./graph.ts";
import { CARD, FAN, GAP, LABEL, LANE_GAP, OVERHANG, PAD } from "./sizes.ts";

/** How much room something takes when nothing in it has to wrap. */
export interface Span {
  width: number;
  height: number;
}

/** Measures units, each only once. */
export class Spans {
  private readonly known = new Map<Unit, Span>();

  unit(unit: Unit): Span {
    const known = this.known.get(unit);
    if (known) return known;
    const span = unit.shape === "card" ? CARD : unit.shape === "fork" ? this.fork(unit) : this.group(unit);
    this.known.set(unit, span);
    return span;
  }

  private fork(unit: Unit): Span {
    const { width, height } = this.arms(unit.arms, LABEL);
    const past = unit.past === undefined ? 0 : (CARD.height + LANE_GAP) / 2;
    return {
      width: CARD.width + FAN + width + (unit.joins ? FAN : 0),
      height: Math.max(CARD.height, past + height),
    };
  }

  private group(unit: Unit): Span {
    const { width, height } = this.arms(unit.arms, unit.arms.length > 1 ? LABEL : 0);
    return { width: width + 2 * PAD.side, height: OVERHANG + PAD.top + height + PAD.bottom };
  }

  private arms(arms: readonly UnitArm[], label: number): Span {
    const rows = arms.map(arm => this.row(arm.units));
    return {
      width: Math.max(0, ...rows.map(row => row.width)),
      height: rows.reduce((sum, row) => sum + label + row.height + LANE_GAP, -LANE_GAP),
    };
  }

  private row(units: readonly Unit[]): Span {
    const spans = units.map(unit => this.unit(unit));
    return {
      width: spans.reduce((sum, span) => sum + span.width + GAP, -GAP),
      height: Math.max(0, ...spans.map(span => span.height)),
    };
  }
}
