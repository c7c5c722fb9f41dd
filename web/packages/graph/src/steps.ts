import { describeInputs } from "./describe.ts";
import { kindOf, shortName } from "./kinds.ts";
import { type Place, pathText, pointerText } from "./place.ts";
import { humanise, isRecord, sayValue } from "./text.ts";
import type { Arm, ControlKind, Problem, Step } from "./types.ts";

type Raw = Record<string, unknown>;

/** The order in which the format looks for the key that makes a control step. */
const CONTROL: readonly ControlKind[] = [
  "branch",
  "subworkflow",
  "wait",
  "forEach",
  "loop",
  "switch",
  "tryCatch",
];
const MAX_DEPTH = 48;

/** Reads lists of steps, at any depth, and collects what is wrong with them. */
export class StepReader {
  readonly problems: Problem[] = [];
  private readonly keys = new Set<string>();
  private readonly ids = new Map<string, string>();
  private readonly open: string[] = [];

  constructor(
    private readonly generation: 1 | 2,
    private readonly entries: Raw,
  ) {}

  problem(place: Place, message: string): void {
    this.problems.push({ pointer: pointerText(place), message });
  }

  list(value: unknown, place: Place): Step[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(place, "A list of steps is expected here.");
      return [];
    }
    if (place.length > MAX_DEPTH * 3) {
      this.problem(place, "Steps are nested too deeply to be shown.");
      return [];
    }
    return value.flatMap((raw, index) => {
      if (isRecord(raw)) return [this.step(raw, [...place, index])];
      this.problem([...place, index], "A step is an object.");
      return [];
    });
  }

  private step(raw: Raw, place: Place): Step {
    const id = this.identity(raw, place);
    const control = this.generation === 2 ? CONTROL.find(kind => raw[kind] != null) : undefined;
    const parts = control ? this.control(control, raw, place) : this.node(raw, id, place);
    const path = pathText(place);
    return {
      key: this.uniqueKey(path),
      id,
      title: title(raw, id),
      kind: kindOf(parts.control ?? parts.use),
      path,
      pointer: pointerText(place),
      active: isActive(raw, this.generation, parts.control),
      stop: raw.stop === true,
      options: options(raw),
      ...parts,
    };
  }

  private identity(raw: Raw, place: Place): string {
    const own = this.generation === 1 ? raw.name : (raw.id ?? raw.name);
    if (typeof own !== "string" || own === "") {
      this.problem(place, "A step needs an id.");
      return `step ${Number(place.at(-1)) + 1}`;
    }
    const first = this.ids.get(own);
    // Generation 1 has one entry for each name, so that two steps may well share it.
    if (first !== undefined && this.generation === 2)
      this.problem(place, `The id "${own}" is also that of ${first}.`);
    this.ids.set(own, first ?? pathText(place));
    return own;
  }

  private uniqueKey(path: string): string {
    let key = path;
    for (let count = 2; this.keys.has(key); count += 1) key = `${path}~${count}`;
    this.keys.add(key);
    return key;
  }

  private node(raw: Raw, id: string, place: Place): Parts {
    const named = this.generation === 1 ? raw.node : (raw.use ?? raw.node);
    const use = typeof named === "string" ? named : "";
    if (!use) this.problem(place, `The step "${id}" names no node.`);
    const entry = isRecord(this.entries[id]) ? this.entries[id] : {};
    const inputs = isRecord(raw.inputs) ? raw.inputs : isRecord(entry.inputs) ? entry.inputs : undefined;
    const own = entry.conditions !== undefined ? entry.conditions : inputs?.conditions;
    if (shortName(use) === "if-else" && Array.isArray(own)) {
      const at =
        entry.conditions !== undefined ? ["nodes", id, "conditions"] : [...place, "inputs", "conditions"];
      return { use, control: "branch", detail: conditionOf(own), arms: this.conditions(own, id, at) };
    }
    return { use, detail: describeInputs(use, inputs), arms: [], ...(inputs && { inputs }) };
  }

  private conditions(conditions: unknown[], id: string, place: Place): Arm[] {
    if (this.open.includes(id)) {
      this.problem(place, `The step "${id}" contains itself.`);
      return [];
    }
    this.open.push(id);
    const arms = conditions.flatMap((arm, index): Arm[] => {
      if (!isRecord(arm)) return [];
      const condition = arm.condition == null ? "" : sayValue(arm.condition);
      const label = !condition ? "else" : index === 0 ? "if" : "else if";
      return [{ label, condition, steps: this.list(arm.steps, [...place, index, "steps"]) }];
    });
    this.open.pop();
    return arms;
  }

  private control(control: ControlKind, raw: Raw, place: Place): Parts {
    const at = [...place, control];
    const body = isRecord(raw[control]) ? raw[control] : {};
    const inputs = isRecord(raw.inputs) ? { inputs: raw.inputs } : { inputs: settings(body) };
    const shared = { control, use: control, ...inputs };
    const arm = (label: string, key: string, condition = ""): Arm => ({
      label,
      condition,
      steps: this.list(body[key], [...at, key]),
    });
    switch (control) {
      case "branch": {
        const condition = sayValue(body.when ?? "");
        const arms = [arm("then", "then", condition)];
        if (Array.isArray(body.else) && body.else.length > 0) arms.push(arm("else", "else"));
        return { ...shared, detail: condition, arms };
      }
      case "switch":
        return { ...shared, detail: sayValue(body.on ?? ""), arms: this.cases(body, at) };
      case "forEach":
        return { ...shared, detail: eachText(body), arms: [arm("do", "do")] };
      case "loop":
        return { ...shared, detail: `while ${sayValue(body.while ?? "")}`, arms: [arm("do", "do")] };
      case "tryCatch": {
        const arms = [arm("try", "try"), arm("catch", "catch")];
        if (Array.isArray(body.finally) && body.finally.length > 0) arms.push(arm("finally", "finally"));
        return { ...shared, detail: "", arms };
      }
      case "wait": {
        const mode = body.for != null ? "for" : "until";
        return { ...shared, detail: `${mode} ${sayValue(body[mode] ?? "")}`, arms: [] };
      }
      case "subworkflow":
        return { ...shared, detail: sayValue(raw.subworkflow), arms: [] };
    }
  }

  private cases(body: Raw, at: Place): Arm[] {
    const cases = Array.isArray(body.cases) ? body.cases : [];
    if (cases.length === 0) this.problem(at, "A switch needs cases.");
    const arms = cases.flatMap((found, index): Arm[] => {
      if (!isRecord(found)) return [];
      const when = sayValue(found.when ?? "");
      return [
        { label: `case ${when}`, condition: when, steps: this.list(found.do, [...at, "cases", index, "do"]) },
      ];
    });
    if (Array.isArray(body.default)) {
      arms.push({ label: "default", condition: "", steps: this.list(body.default, [...at, "default"]) });
    }
    return arms;
  }
}

type Parts = Pick<Step, "use" | "detail" | "arms"> & Partial<Pick<Step, "control" | "inputs">>;

/** Generation 1 switches off by `false` alone, generation 2 by anything that counts as false; a wait is stricter. */
function isActive({ active }: Raw, generation: 1 | 2, control: ControlKind | undefined): boolean {
  if (active === undefined) return true;
  if (generation === 1) return active !== false;
  return control === "wait" ? active === true : Boolean(active);
}

/** What a control step is set to, without the lists of steps inside it. */
function settings(body: Raw): Raw {
  const lists = new Set(["then", "else", "do", "cases", "default", "try", "catch", "finally"]);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !lists.has(key)));
}

const SAID_ELSEWHERE = new Set(["id", "name", "use", "node", "inputs", "active", "stop", "ui", ...CONTROL]);

function options(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !SAID_ELSEWHERE.has(key)));
}

function title(raw: Raw, id: string): string {
  const given = isRecord(raw.ui) ? (raw.ui.title ?? raw.ui.label) : undefined;
  return typeof given === "string" && given ? given : humanise(id);
}

function conditionOf(conditions: unknown[]): string {
  const first = conditions.find(isRecord);
  return first?.condition == null ? "" : sayValue(first.condition);
}

function eachText(body: Raw): string {
  const together = body.mode === "parallel" ? ", side by side" : "";
  const items = Array.isArray(body.in) ? `${body.in.length} given items` : sayValue(body.in ?? "");
  return `${sayValue(body.as ?? "item")} in ${items}${together}`;
}
