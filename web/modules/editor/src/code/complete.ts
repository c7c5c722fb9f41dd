import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import { type Place, placeAt } from "./place.ts";
import type { Candidate, Knowledge } from "./schema.ts";

/** Proposes the keys and values that the format and the nodes know at the cursor. */
export function completion(knowledge: Knowledge) {
  return (context: CompletionContext): CompletionResult | null => {
    const place = placeAt(context.state, context.pos);
    if (
      !place ||
      (!context.explicit && !place.quoted && place.from === context.pos && place.role === "value")
    )
      return null;
    const document = read(context.state.doc.toString(), place);
    const found =
      place.role === "key"
        ? knowledge.keysAt(place.path, document).filter(each => !place.keys.includes(each.label))
        : knowledge.valuesAt(place.path, document);
    if (found.length === 0) return null;
    // Only what stands before the cursor is compared; behind it is at least the closing quote.
    return { from: place.from, options: found.map(each => option(each, place)) };
  };
}

const REST_OF_STRING = /^(?:[^"\\]|\\.)*"/;
const REST_OF_WORD = /^\w*/;

function option({ label, kind, about, required }: Candidate, { quoted }: Place): Completion {
  const text = kind === "key" ? JSON.stringify(label) : label;
  return {
    label: text,
    type: kind === "key" ? "property" : "constant",
    ...(about && { info: about }),
    ...(required && { detail: "required", boost: 2 }),
    apply: (view, _, from, cursor) => {
      const line = view.state.sliceDoc(cursor, view.state.doc.lineAt(cursor).to);
      const to = cursor + ((quoted ? REST_OF_STRING : REST_OF_WORD).exec(line)?.[0].length ?? 0);
      const follows = view.state.sliceDoc(to, to + 20);
      const insert = kind === "key" && !/^\s*:/.test(follows) ? `${text}: ` : text;
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        userEvent: "input.complete",
      });
    },
  };
}

/** Says what a key or a node means when the pointer rests on it. */
export function explanation(knowledge: Knowledge) {
  return hoverTooltip((view, position) => {
    const place = placeAt(view.state, position + 1);
    if (!place) return null;
    const path =
      place.role === "key" ? [...place.path, keyText(view.state.sliceDoc(place.from, place.to))] : place.path;
    const about = knowledge.aboutAt(path, read(view.state.doc.toString(), place));
    if (!about) return null;
    return {
      pos: place.from,
      end: place.to,
      create: () => {
        const dom = document.createElement("div");
        dom.className = "cm-about";
        dom.textContent = about;
        return { dom };
      },
    };
  });
}

function keyText(text: string): string {
  return text.replace(/^"|"$/g, "");
}

/** The file as values; while it is being written, with what stands at the cursor made whole. */
function read(text: string, place: { from: number; to: number; role: string }): unknown {
  const attempts = [
    text,
    `${text.slice(0, place.from)}${place.role === "key" ? '"": null' : "null"}${text.slice(place.to)}`,
  ];
  for (const attempt of attempts) {
    try {
      return JSON.parse(attempt.replace(/,(\s*[}\]])/g, "$1"));
    } catch {
      // The next attempt may be readable; if none is, nothing is known of the nodes around.
    }
  }
  return undefined;
}
