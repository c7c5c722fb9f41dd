import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import type { PathPart } from "./schema.ts";

/** Where the cursor stands in a JSON text. `from` is where what is being written begins. */
export type Place = {
  path: PathPart[];
  role: "key" | "value";
  from: number;
  to: number;
  keys: string[];
  quoted: boolean;
};

/** The place at `position`, or null where nothing of the format can be written. */
export function placeAt(state: EditorState, position: number): Place | null {
  let node: SyntaxNode = syntaxTree(state).resolveInner(position, -1);
  if (node.name === "⚠" && node.parent) node = node.parent;
  const text = (each: SyntaxNode) => state.sliceDoc(each.from, each.to);
  if (node.name === "PropertyName") {
    const object = node.parent?.parent;
    return object
      ? {
          path: pathOf(object, text),
          role: "key",
          from: node.from,
          to: node.to,
          keys: keysOf(object, text),
          quoted: true,
        }
      : null;
  }
  if (node.name === "String" || node.name === "Number" || node.name === "True" || node.name === "False") {
    return {
      path: pathOf(node, text),
      role: "value",
      from: node.from,
      to: node.to,
      keys: [],
      quoted: node.name === "String",
    };
  }
  const before = state.sliceDoc(Math.max(0, position - 200), position);
  if (node.name === "Property" && /:\s*$/.test(before)) {
    const name = node.getChild("PropertyName");
    const parent = node.parent;
    if (!name || !parent) return null;
    return {
      path: [...pathOf(parent, text), unquoted(text(name))],
      role: "value",
      from: position,
      to: position,
      keys: [],
      quoted: false,
    };
  }
  const object = node.name === "Object" ? node : node.name === "Property" ? node.parent : null;
  if (object?.name === "Object" && /[{,]\s*$/.test(before)) {
    return {
      path: pathOf(object, text),
      role: "key",
      from: position,
      to: position,
      keys: keysOf(object, text),
      quoted: false,
    };
  }
  return null;
}

function keysOf(object: SyntaxNode, text: (node: SyntaxNode) => string): string[] {
  return object.getChildren("Property").flatMap(each => {
    const name = each.getChild("PropertyName");
    return name ? [unquoted(text(name))] : [];
  });
}

/** The names and positions that lead from the root of the file to a node. */
function pathOf(node: SyntaxNode, text: (node: SyntaxNode) => string): PathPart[] {
  const path: PathPart[] = [];
  for (let each: SyntaxNode | null = node; each?.parent; each = each.parent) {
    const parent: SyntaxNode = each.parent;
    if (parent.name === "Property" && each.name !== "PropertyName") {
      const name = parent.getChild("PropertyName");
      if (name) path.unshift(unquoted(text(name)));
    } else if (parent.name === "Array") {
      path.unshift(itemsBefore(parent, each));
    }
  }
  return path;
}

function itemsBefore(array: SyntaxNode, item: SyntaxNode): number {
  let count = 0;
  for (let child = array.firstChild; child && child.from < item.from; child = child.nextSibling) {
    if (!/^[[\],⚠]$/.test(child.name)) count += 1;
  }
  return count;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.replaceAll('"', "");
  }
}
