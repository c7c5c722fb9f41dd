import {
  Button,
  CardGrid,
  CardSkeleton,
  Degraded,
  Dialog,
  EmptyState,
  ErrorState,
  icons,
  Markdown,
  Menu,
  Notice,
  PackageCard,
  SearchField,
  Section,
  Steps,
  Tabs,
} from "@blok/ui";
import { useState } from "react";
import css from "./gallery.module.css";

const SKETCH = [
  { use: "trigger:http", arms: [] },
  { use: "@blokjs/validate", arms: [] },
  { use: "branch", arms: [[{ use: "@blokjs/api-call", arms: [] }], [{ use: "@blokjs/respond", arms: [] }]] },
];

/** Parts made of parts. */
export function Molecules() {
  const [tab, setTab] = useState<"one" | "two">("one");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Section title="Moving around">
        <div className={css.stack}>
          <Tabs
            label="Tabs of the gallery"
            tabs={[
              { name: "one", label: "Overview", icon: icons.Workflow },
              { name: "two", label: "Versions", icon: icons.History, count: 9 },
            ]}
            active={tab}
            onChange={setTab}
          />
          <SearchField value="" size="large" onSearch={() => undefined} />
          <div className={css.row}>
            <Menu
              label="Open a menu"
              trigger={<span>Open a menu</span>}
              items={[
                { label: "A place", icon: icons.House, href: "/" },
                { label: "Something to do", icon: icons.Copy },
              ]}
            />
            <Button onClick={() => setOpen(true)}>Open a dialog</Button>
          </div>
        </div>
        <Dialog open={open} title="A dialog" onClose={() => setOpen(false)}>
          <p>The focus stays inside; Escape closes it.</p>
        </Dialog>
      </Section>
      <Section title="States">
        <div className={css.stack}>
          <Notice>Good to know.</Notice>
          <Notice tone="success">It worked.</Notice>
          <Notice tone="warning">Look twice.</Notice>
          <Notice tone="error">It did not work, and this is what to do.</Notice>
          <Degraded services={["community"]} />
          <EmptyState
            icon={icons.PackageOpen}
            title="Nothing here yet"
            actions={<Button variant="primary">Make the first</Button>}
          >
            An empty place says what belongs there.
          </EmptyState>
          <ErrorState detail="The hub does not answer. Try again in a moment." onRetry={() => undefined} />
          <Steps
            label="Long work"
            steps={[
              { name: "a", title: "Validate", state: "done" },
              { name: "b", title: "Try it in the sandbox", state: "running" },
              { name: "c", title: "Publish", state: "waiting" },
              {
                name: "d",
                title: "Something that failed",
                state: "failed",
                detail: "Line 12: there is no node of this name.",
              },
            ]}
          />
        </div>
      </Section>
      <Section title="Cards">
        <CardGrid>
          <PackageCard
            href="/gallery"
            about={{
              owner: "gallery",
              name: "a-card",
              kind: "workflow",
              title: "The title of a package",
              summary: "What it does in a sentence that may be a little longer than one line of a card.",
              category: "validation",
              version: "1.0.0",
              updated_at: new Date(Date.now() - 7_200_000).toISOString(),
              sketch: SKETCH,
            }}
          />
          <CardSkeleton />
        </CardGrid>
      </Section>
      <Section title="Text">
        <Markdown
          text={
            "A text with **weight**, `code`, a [link](/) and a list:\n\n1. first\n2. second\n\n> and a quotation"
          }
        />
      </Section>
    </>
  );
}
