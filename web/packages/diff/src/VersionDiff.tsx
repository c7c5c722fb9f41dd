import { type Tab, Tabs } from "@blok/ui";
import { useState } from "react";
import { FlowDiff } from "./FlowDiff.tsx";
import { TextDiff } from "./TextDiff.tsx";
import css from "./VersionDiff.module.css";

type Definition = Record<string, unknown>;
type Props = { before: Definition; after: Definition; labels: [string, string] };
type View = "canvas" | "text";

const TABS: Tab<View>[] = [
  { name: "canvas", label: "Steps" },
  { name: "text", label: "Text" },
];

/** What changed from one definition to another: on the canvas, or line by line. */
export function VersionDiff({ before, after, labels }: Props) {
  const [view, setView] = useState<View>("canvas");
  return (
    <section className={css.frame} aria-label={`From ${labels[0]} to ${labels[1]}`}>
      <header className={css.header}>
        <span>
          <code>{labels[0]}</code> → <code>{labels[1]}</code>
        </span>
        <Tabs label="Show the difference as" size="small" tabs={TABS} active={view} onChange={setView} />
      </header>
      {view === "canvas" ? (
        <FlowDiff before={before} after={after} />
      ) : (
        <TextDiff before={text(before)} after={text(after)} />
      )}
    </section>
  );
}

function text(definition: Definition): string {
  return `${JSON.stringify(definition, null, 2)}\n`;
}
