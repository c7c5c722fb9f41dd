import type { NodeReference } from "@blok/api";

export type Schema = Record<string, unknown>;
export type PathPart = string | number;
/** Something that could stand at a place, with what it means. */
export type Candidate = { label: string; kind: "key" | "value"; about: string; required?: boolean };

/** What is known of workflow files: the schema of the format, and the nodes with their inputs. */
export class Knowledge {
  private readonly schema: Schema;
  private readonly nodes: ReadonlyMap<string, NodeReference>;

  constructor(schema: Schema, nodes: readonly NodeReference[]) {
    this.schema = schema;
    this.nodes = new Map(nodes.map(node => [node.name, node]));
  }

  /** Keys that fit into the object at `path`; `document` is the whole file as far as it can be read. */
  keysAt(path: readonly PathPart[], document: unknown): Candidate[] {
    const found = new Map<string, Candidate>();
    for (const schema of this.schemasAt(path, document)) {
      const required = new Set(list(schema.required));
      for (const [label, about] of Object.entries(record(schema.properties))) {
        if (!found.has(label))
          found.set(label, {
            label,
            kind: "key",
            about: aboutOf(record(about)),
            required: required.has(label),
          });
      }
    }
    return [...found.values()].sort((a, b) => Number(b.required) - Number(a.required));
  }

  /** Values that fit at `path`. */
  valuesAt(path: readonly PathPart[], document: unknown): Candidate[] {
    if (path.at(-1) === "use" || (path.at(-1) === "node" && typeof path.at(-2) === "number")) {
      return [...this.nodes.values()].map(node => ({
        label: JSON.stringify(node.name),
        kind: "value",
        about: node.description,
      }));
    }
    const labels = new Set<string>();
    for (const schema of this.schemasAt(path, document)) {
      for (const value of list(schema.enum)) labels.add(JSON.stringify(value));
      if (schema.type === "boolean") labels.add("true").add("false");
      if (schema.const !== undefined) labels.add(JSON.stringify(schema.const));
    }
    return [...labels].map(label => ({ label, kind: "value", about: "" }));
  }

  /** What the schemas say about the value at `path`: empty when they say nothing. */
  aboutAt(path: readonly PathPart[], document: unknown): string {
    if (path.at(-1) === "use") return this.nodes.get(String(valueAt(document, path)))?.description ?? "";
    return this.schemasAt(path, document).map(aboutOf).find(Boolean) ?? "";
  }

  private schemasAt(path: readonly PathPart[], document: unknown): Schema[] {
    let current = this.alternatives(this.schema);
    for (const [at, part] of path.entries()) {
      if (part === "inputs") {
        const step = record(valueAt(document, path.slice(0, at)));
        const node = this.nodes.get(String(step.use ?? step.node));
        if (node) {
          current = this.alternatives(node.input);
          continue;
        }
      }
      current = current.flatMap(schema => this.into(schema, part));
    }
    return current;
  }

  private into(schema: Schema, part: PathPart): Schema[] {
    if (typeof part === "number") return schema.items ? this.alternatives(record(schema.items)) : [];
    const known = record(schema.properties)[part];
    if (known) return this.alternatives(record(known));
    const others = schema.additionalProperties;
    return typeof others === "object" && others !== null ? this.alternatives(others as Schema) : [];
  }

  /** A schema and everything that it may stand for: what it refers to, and each of its choices. */
  private alternatives(schema: Schema, depth = 0): Schema[] {
    if (depth > DEEPEST) return [];
    const found: Schema[] = [schema];
    if (typeof schema.$ref === "string") {
      const target = schema.$ref
        .split("/")
        .slice(1)
        .reduce<unknown>((place, part) => record(place)[part], this.schema);
      found.push(...this.alternatives(record(target), depth + 1));
    }
    for (const choice of ["anyOf", "oneOf", "allOf"]) {
      for (const each of list(schema[choice])) found.push(...this.alternatives(record(each), depth + 1));
    }
    // What stands in the file is half written, so that the condition decides nothing yet.
    for (const branch of ["then", "else"]) {
      if (schema[branch] !== undefined) found.push(...this.alternatives(record(schema[branch]), depth + 1));
    }
    return found;
  }
}

/** How many references and choices may stand in each other; schemas that refer to themselves end here. */
const DEEPEST = 12;

/** The value at a path, or undefined. */
export function valueAt(document: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>(
    (place, part) => (Array.isArray(place) ? place[Number(part)] : record(place)[part]),
    document,
  );
}

function aboutOf(schema: Schema): string {
  return typeof schema.description === "string" ? schema.description : "";
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
