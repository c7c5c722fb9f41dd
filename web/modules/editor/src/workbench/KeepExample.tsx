import type { Example, RunView } from "@blok/api";
import type { Runner } from "@blok/run";
import { Button, icons, TextField } from "@blok/ui";
import { type FormEvent, useState } from "react";
import css from "./Workbench.module.css";

type Props = { runner: Runner; taken: string[]; onKeep: (example: Example) => void };

/** Makes an example of the run that was just made. */
export function KeepExample({ runner, taken, onKeep }: Props) {
  const [name, setName] = useState("");
  const { state } = runner;
  if (state.kind !== "done" || !state.run.response || !state.wish.request) return null;
  const { run, wish } = state;
  const free = name.trim() !== "" && !taken.includes(name.trim());
  function keep(event: FormEvent) {
    event.preventDefault();
    if (!free) return;
    onKeep(exampleOf(name.trim(), run, wish.request ?? {}));
    setName("");
  }
  return (
    <form className={css.keep} onSubmit={keep}>
      <TextField
        label="Keep this run as an example"
        placeholder="answers a wrong address with 400"
        maxLength={100}
        value={name}
        error={name.trim() && !free ? "There is an example of this name." : undefined}
        onChange={event => setName(event.target.value)}
      />
      <Button type="submit" icon={icons.FlaskConical} disabled={!free}>
        Keep
      </Button>
    </form>
  );
}

function exampleOf(
  name: string,
  run: RunView,
  request: NonNullable<Parameters<Runner["start"]>[0]["request"]>,
): Example {
  const response = run.response as { status: number; body?: unknown };
  return {
    name,
    request: request as Example["request"],
    response: { status: response.status, body: response.body ?? null },
    fixtures: [],
  } as Example;
}
