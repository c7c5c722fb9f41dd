import { answer, api, Problem } from "@blok/api";
import { tell } from "@blok/state";
import { useRef, useState } from "react";
import type { WorkflowDocument } from "../workbench/useDocument.ts";

export type Draft = {
  dirty: boolean;
  saving: boolean;
  /** Keeps the text as the draft; says so when it could not. */
  save: () => Promise<boolean>;
  /** The text as it stands has been published: nothing of it is lost any more. */
  settle: () => void;
};

/** The owner's working copy on the hub. */
export function useDraft(
  { owner, name }: { owner: string; name: string },
  document: WorkflowDocument,
  initial: string,
): Draft {
  const [kept, setKept] = useState(initial);
  const [saving, setSaving] = useState(false);
  const current = useRef(document);
  current.current = document;

  async function save(): Promise<boolean> {
    const { text, format } = current.current;
    setSaving(true);
    try {
      await answer(
        api.PUT("/api/packages/{owner}/{name}/draft", {
          params: { path: { owner, name } },
          body: { definition: text, format },
        }),
      );
      setKept(text);
      return true;
    } catch (problem) {
      tell((problem instanceof Problem ? problem : Problem.unreachable()).message, "error");
      return false;
    } finally {
      setSaving(false);
    }
  }

  return { dirty: document.text !== kept, saving, save, settle: () => setKept(current.current.text) };
}
