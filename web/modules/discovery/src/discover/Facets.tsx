import { Button, Checkbox, categoryLook } from "@blok/ui";
import { useState } from "react";
import css from "./Facets.module.css";
import { type Chosen, chosenOf } from "./question.ts";

const GROUPS = [
  { facet: "category", title: "Category" },
  { facet: "node", title: "Uses node" },
  { facet: "tag", title: "Tag" },
  { facet: "kind", title: "Kind" },
  { facet: "owner", title: "Author" },
];
const SHOWN = 8;

type Props = {
  counts: Record<string, Record<string, number>>;
  parameters: URLSearchParams;
  onToggle: (filter: Chosen) => void;
};

/** The filters, each with the number of packages that it would leave. */
export function Facets({ counts, parameters, onToggle }: Props) {
  const chosen = chosenOf(parameters);
  return (
    <div className={css.facets}>
      {GROUPS.map(({ facet, title }) => (
        <Group
          key={facet}
          title={title}
          facet={facet}
          counts={counts[facet] ?? {}}
          chosen={chosen.filter(each => each.facet === facet).map(each => each.value)}
          onToggle={onToggle}
        />
      ))}
    </div>
  );
}

type GroupProps = {
  title: string;
  facet: string;
  counts: Record<string, number>;
  chosen: string[];
  onToggle: (filter: Chosen) => void;
};

function Group({ title, facet, counts, chosen, onToggle }: GroupProps) {
  const [all, setAll] = useState(false);
  const values = [
    ...chosen.filter(value => !(value in counts)).map((value): [string, number] => [value, 0]),
    ...Object.entries(counts),
  ];
  if (values.length < 2 && chosen.length === 0) return null;
  const shown = all ? values : values.filter(([value], at) => at < SHOWN || chosen.includes(value));
  return (
    <fieldset className={css.group}>
      <legend>{title}</legend>
      {shown.map(([value, count]) => (
        <Checkbox
          key={value}
          label={facet === "category" ? categoryLook(value).name : value}
          count={count}
          checked={chosen.includes(value)}
          onChange={() => onToggle({ facet, value })}
        />
      ))}
      {values.length > SHOWN && (
        <Button variant="quiet" size="small" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show fewer" : `Show all ${values.length}`}
        </Button>
      )}
    </fieldset>
  );
}
