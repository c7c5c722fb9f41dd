import type { Problem } from "@blok/api";
import { CATEGORIES, Markdown, Select, Tabs, TextArea, TextField } from "@blok/ui";
import { useState } from "react";
import type { About } from "./about.ts";
import css from "./Workbench.module.css";

type Props = {
  about: About;
  onChange: (about: About, field: keyof About) => void;
  owner: string | undefined;
  /** The name of a package cannot be changed once it is there. */
  fixedName: boolean;
  problem?: Problem | undefined;
};

const LICENSES = [
  "Apache-2.0",
  "MIT",
  "BSD-3-Clause",
  "MPL-2.0",
  "CC0-1.0",
  "CC-BY-4.0",
  "LicenseRef-Proprietary",
];

/** What the package says of itself. */
export function AboutForm({ about, onChange, owner, fixedName, problem }: Props) {
  const [readmeView, setReadmeView] = useState<"write" | "preview">("write");
  const field = (name: keyof About) => ({
    value: about[name],
    error: problem?.at(`/${name}`),
    onChange: (event: { target: { value: string } }) =>
      onChange({ ...about, [name]: event.target.value }, name),
  });
  return (
    <div className={css.form}>
      {!fixedName && (
        <TextField
          label="Name"
          hint={`Its address will be ${owner ?? "you"}/${about.name || "name"}.`}
          spellCheck={false}
          required
          {...field("name")}
        />
      )}
      <TextField label="Title" required maxLength={200} {...field("title")} />
      <TextField
        label="Summary"
        hint="One sentence: what it does, for whom."
        maxLength={1000}
        {...field("summary")}
      />
      <div className={css.pair}>
        <Select label="Category" {...field("category")}>
          {Object.entries(CATEGORIES).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
        <TextField label="Tags" hint="Up to ten, with commas between." {...field("tags")} />
      </div>
      <div className={css.pair}>
        <Select label="Licence" {...field("license")}>
          {[...new Set([...LICENSES, about.license])].map(each => (
            <option key={each}>{each}</option>
          ))}
        </Select>
        <Select label="Who sees it" {...field("visibility")}>
          <option value="public">Everyone</option>
          <option value="unlisted">Whoever has the address</option>
          <option value="private">Only I</option>
        </Select>
      </div>
      <Tabs
        label="README"
        size="small"
        tabs={[
          { name: "write", label: "README" },
          { name: "preview", label: "Preview" },
        ]}
        active={readmeView}
        onChange={setReadmeView}
      />
      {readmeView === "write" ? (
        <TextArea
          label="README"
          hideLabel
          mono
          rows={14}
          hint="Markdown, in four parts: task, why, how, requirements."
          {...field("readme")}
        />
      ) : (
        <Markdown text={about.readme || "_Nothing written yet._"} />
      )}
    </div>
  );
}
