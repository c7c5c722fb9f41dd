import type { Example } from "@blok/api";
import { Badge, EmptyState, IconButton, icons, JsonCode } from "@blok/ui";
import css from "./Workbench.module.css";

/** The recorded examples that go with the next version. The hub runs each before it publishes. */
export function Examples({
  examples,
  onChange,
}: {
  examples: Example[];
  onChange: (examples: Example[]) => void;
}) {
  if (examples.length === 0) {
    return (
      <EmptyState icon={icons.FlaskConical} title="No examples yet">
        Run the workflow and keep what came of it: visitors then run it with one click, and the hub checks
        every version against it.
      </EmptyState>
    );
  }
  return (
    <ul className={css.examples}>
      {examples.map(example => (
        <li key={example.name}>
          <details>
            <summary>
              <span>{example.name}</span>
              <Badge>{example.request?.method ?? "GET"}</Badge>
              {example.response && (
                <Badge tone={example.response.status < 400 ? "success" : "warning"}>
                  {example.response.status}
                </Badge>
              )}
            </summary>
            <JsonCode value={example} label={`Example ${example.name}`} wrap />
          </details>
          <IconButton
            icon={icons.Trash2}
            label={`Remove the example ${example.name}`}
            onClick={() => onChange(examples.filter(each => each !== example))}
          />
        </li>
      ))}
    </ul>
  );
}
