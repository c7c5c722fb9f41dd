import type { Problem } from "@blok/api";
import { Button, ButtonLink, Dialog, icons, Notice, Steps, TextArea, TextField } from "@blok/ui";
import { type FormEvent, useState } from "react";
import css from "./PublishDialog.module.css";
import type { Publication } from "./usePublication.ts";

type Props = {
  open: boolean;
  onClose: () => void;
  address: string;
  proposed: string;
  publication: Publication;
  onPublish: (version: string, changelog: string) => void;
};

/** Asks for the version and what changed, then shows how its publication goes. */
export function PublishDialog({ open, onClose, address, proposed, publication, onPublish }: Props) {
  const [version, setVersion] = useState<string>();
  const [changelog, setChangelog] = useState("");
  const { state, steps, problem } = publication;
  const chosen = version ?? proposed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPublish(chosen.trim(), changelog.trim());
  };
  const close = () => {
    onClose();
    publication.reset();
    setVersion(undefined);
  };
  return (
    <Dialog open={open} title={state === "completed" ? "It is out" : `Publish ${address}`} onClose={close}>
      {state === "idle" || state === "sending" || (state === "failed" && steps.length === 0) ? (
        <form className={css.form} onSubmit={submit}>
          {problem && <Trouble problem={problem} />}
          <TextField
            label="Version"
            hint="A semantic version. Raise the first number when callers must change something."
            required
            value={chosen}
            error={problem?.at("/version")}
            onChange={event => setVersion(event.target.value)}
          />
          <TextArea
            label="What changed"
            rows={3}
            placeholder="For those who use it: what is new, what is mended."
            value={changelog}
            onChange={event => setChangelog(event.target.value)}
          />
          <Button type="submit" variant="primary" icon={icons.Upload} busy={state === "sending"}>
            Publish {chosen}
          </Button>
        </form>
      ) : (
        <div className={css.form}>
          <Steps label="Progress of the publication" steps={steps} />
          {problem && <Trouble problem={problem} />}
          {state === "completed" && (
            <div className={css.actions}>
              <ButtonLink href={`/workflows/${address}`} variant="primary" icon={icons.ArrowRight}>
                Open its page
              </ButtonLink>
              <Button onClick={close}>Go on editing</Button>
            </div>
          )}
          {state === "failed" && <Button onClick={close}>Back to the text</Button>}
        </div>
      )}
    </Dialog>
  );
}

type Detail = { detail?: unknown; message?: unknown; line?: unknown; fix?: unknown };

function Trouble({ problem }: { problem: Problem }) {
  const errors = (Array.isArray(problem.extra.errors) ? problem.extra.errors : []) as Detail[];
  const told = errors
    .map(each => String(each.detail ?? each.message ?? ""))
    .filter(text => text && text !== problem.message);
  return (
    <Notice tone="error">
      <strong>It was not published.</strong> {problem.message}
      {told.length > 0 && (
        <ul className={css.errors}>
          {errors.map(each => (
            <li key={`${String(each.line)} ${String(each.detail ?? each.message)}`}>
              {typeof each.line === "number" && <strong>Line {each.line}: </strong>}
              {String(each.detail ?? each.message)} {typeof each.fix === "string" && each.fix}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
