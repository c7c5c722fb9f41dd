import type { Encoding, LintProblem } from "@blok/api";
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, StreamLanguage } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import css from "./CodeEditor.module.css";
import { completion, explanation } from "./complete.ts";
import type { Knowledge } from "./schema.ts";
import { looks } from "./theme.ts";

type Props = {
  text: string;
  format: Encoding;
  problems: LintProblem[];
  knowledge: Knowledge | null;
  onChange: (text: string) => void;
  label: string;
};

/**
 * A code editor with completion and explanations for workflow files.
 *
 * It lives in a shadow root: there the editor's styles are adopted style sheets, and a page whose policy allows
 * no inline style can have it. Escape and then Tab leaves it by keyboard.
 */
export function CodeEditor({ text, format, problems, knowledge, onChange, label }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const known = useRef(new Compartment());
  const change = useRef(onChange);
  change.current = onChange;

  // biome-ignore lint/correctness/useExhaustiveDependencies: later texts come through the effect below
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          foldGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.lineWrapping,
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...completionKeymap,
            ...lintKeymap,
            indentWithTab,
          ]),
          languageOf(format),
          known.current.of([]),
          looks,
          EditorView.updateListener.of(
            update => update.docChanged && change.current(update.state.doc.toString()),
          ),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [format]);

  useEffect(() => {
    const current = view.current;
    if (!current || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const helpers =
      knowledge && format === "json"
        ? [autocompletion({ override: [completion(knowledge)] }), explanation(knowledge)]
        : [];
    view.current?.dispatch({ effects: known.current.reconfigure(helpers) });
  }, [knowledge, format]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor for another format needs them again
  useEffect(() => {
    const current = view.current;
    if (current)
      current.dispatch(
        setDiagnostics(
          current.state,
          problems.map(each => diagnostic(each, current.state.doc)),
        ),
      );
  }, [problems, format]);

  return <div ref={host} className={css.editor} />;
}

function languageOf(format: Encoding) {
  if (format === "yaml") return yaml();
  return format === "toml" ? StreamLanguage.define(toml) : json();
}

function diagnostic(problem: LintProblem, doc: Text): Diagnostic {
  const line = doc.line(Math.min(Math.max(1, problem.line), doc.lines));
  const from = Math.min(line.to, line.from + Math.max(0, problem.column - 1));
  const end = /^(?:"(?:[^"\\]|\\.)*"|[\w@./-]+)/.exec(doc.sliceString(from, line.to))?.[0].length ?? 0;
  return {
    from,
    to: Math.min(line.to, from + end),
    severity: problem.severity,
    message: problem.fix ? `${problem.message} ${problem.fix}` : problem.message,
  };
}
