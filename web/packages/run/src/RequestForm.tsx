import { type Tab, Tabs, TextArea } from "@blok/ui";
import { useEffect, useState } from "react";
import css from "./RequestForm.module.css";
import { type DraftProblems, firstPart, type RequestDraft, type RequestPart } from "./request.ts";

type Props = { draft: RequestDraft; problems: DraftProblems; onChange: (draft: RequestDraft) => void };

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const HINTS: Record<RequestPart, string> = {
  body: '{"name": "value"}',
  query: '{"page": "2"}',
  headers: '{"authorization": "Bearer …"}',
};

/** The request that the workflow is to answer. */
export function RequestForm({ draft, problems, onChange }: Props) {
  const [part, setPart] = useState<RequestPart>(() => firstPart(draft));
  const { method, path } = draft;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another request begins with its own first part
  useEffect(() => setPart(firstPart(draft)), [method, path]);
  useEffect(() => {
    const broken = (Object.keys(problems) as RequestPart[])[0];
    if (broken) setPart(broken);
  }, [problems]);
  const count = (text: string) => {
    const lines = text.trim() === "" ? 0 : (text.match(/^ {2}"/gm)?.length ?? 0);
    return lines || undefined;
  };
  const tabs: Tab<RequestPart>[] = [
    { name: "body", label: "Body" },
    { name: "query", label: "Query", count: count(draft.query) },
    { name: "headers", label: "Headers", count: count(draft.headers) },
  ];
  return (
    <div className={css.request}>
      <div className={css.line}>
        <select
          aria-label="Method"
          value={method}
          onChange={event => onChange({ ...draft, method: event.target.value })}
        >
          {[...new Set([...METHODS, method])].map(each => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <input
          aria-label="Path"
          value={path}
          spellCheck={false}
          onChange={event => onChange({ ...draft, path: event.target.value })}
        />
      </div>
      <Tabs label="Parts of the request" size="small" tabs={tabs} active={part} onChange={setPart} />
      <TextArea
        key={part}
        label={`${part} as JSON`}
        hideLabel
        mono
        rows={Math.min(12, Math.max(4, draft[part].split("\n").length + 1))}
        placeholder={HINTS[part]}
        value={draft[part]}
        error={problems[part]}
        onChange={event => onChange({ ...draft, [part]: event.target.value })}
      />
    </div>
  );
}
