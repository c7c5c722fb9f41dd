import { type Definition, type Encoding, type LintAnswer, queries } from "@blok/api";
import { type Flow, readFlow } from "@blok/graph";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

const PAUSE = 250;

export type WorkflowDocument = {
  text: string;
  format: Encoding;
  setText: (text: string) => void;
  /** What the hub says about the text; it follows the typing after a short pause. */
  lint: LintAnswer | undefined;
  /** Whether `lint` is about the text as it stands. */
  fresh: boolean;
  lintProblem: Error | null;
  /** The last definition that could be read, so that the canvas stays while a line is half written. */
  definition: Definition | null;
  flow: Flow | null;
  errors: number;
};

/** The file that is edited, and what follows from it. */
export function useDocument(initial: string, format: Encoding): WorkflowDocument {
  const [text, setText] = useState(initial);
  const settled = useSettled(text);
  const { data, isPlaceholderData, error } = useQuery(queries.lint(settled, format));
  const last = useRef<Definition | null>(null);
  const written = useMemo(() => (format === "json" ? readJson(text) : null), [text, format]);
  const definition = written ?? (format === "json" ? null : (data?.definition ?? null)) ?? last.current;
  last.current = definition;
  const flow = useMemo(() => (definition ? readFlow(definition) : null), [definition]);
  return {
    text,
    format,
    setText,
    lint: data,
    fresh: settled === text && !isPlaceholderData && data !== undefined,
    lintProblem: error,
    definition,
    flow,
    errors: data?.problems.filter(each => each.severity === "error").length ?? 0,
  };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function readJson(text: string): Definition | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Definition)
      : null;
  } catch {
    return null;
  }
}
