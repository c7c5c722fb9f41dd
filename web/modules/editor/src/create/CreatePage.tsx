import type { Encoding } from "@blok/api";
import { useSession } from "@blok/state";
import { Button, icons, Notice, Page, PageHeader } from "@blok/ui";
import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { Link } from "wouter";
import css from "./CreatePage.module.css";
import { formatOf, type WorkflowFile } from "./files.ts";
import { NewPackage } from "./NewPackage.tsx";
import { TEMPLATE } from "./template.ts";

const LARGEST = 512 * 1024;

/** Publish a workflow: drop a file, paste one, or begin with a small one. */
export function CreatePage() {
  const [file, setFile] = useState<WorkflowFile>();
  if (file) return <NewPackage file={file} onBack={() => setFile(undefined)} />;
  return <Choose onChoose={setFile} />;
}

function Choose({ onChoose }: { onChoose: (file: WorkflowFile) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string>();
  const user = useSession(state => state.user);

  async function take(file: File | undefined) {
    if (!file) return;
    if (file.size > LARGEST) {
      setProblem(`${file.name} is too large: a definition may have 512 KiB.`);
      return;
    }
    const text = await file.text();
    onChoose({ text, format: formatOf(file.name, text) });
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  function paste(event: ClipboardEvent) {
    const text = event.clipboardData.getData("text");
    if (event.clipboardData.files[0]) void take(event.clipboardData.files[0]);
    else if (text.trim()) onChoose({ text, format: formatOf("", text) });
  }

  const begin = (format: Encoding, text: string) => onChoose({ format, text });
  return (
    <Page title="Publish a workflow" width="narrow">
      <PageHeader title="Publish a workflow">
        The hub checks the file while you write, shows every problem with its line and how to mend it, and
        keeps nothing of it until you press Publish.
      </PageHeader>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files are dropped and pasted here; the buttons inside do the same */}
      <div
        className={over ? css.over : css.drop}
        onDragOver={event => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        onPaste={paste}
      >
        <icons.FileUp size={32} aria-hidden />
        <h2>Drop a workflow file here</h2>
        <p>JSON, YAML or TOML, of either generation of the format</p>
        <div className={css.actions}>
          <Button variant="primary" icon={icons.FileCode2} onClick={() => input.current?.click()}>
            Choose a file
          </Button>
          <Button icon={icons.Pencil} onClick={() => begin("json", TEMPLATE)}>
            Begin with a small one
          </Button>
        </div>
        <label className={css.paste}>
          <span>or paste it</span>
          <textarea
            rows={4}
            spellCheck={false}
            placeholder='{"name": …, "steps": […]}'
            onChange={event =>
              event.target.value.trim() && begin(formatOf("", event.target.value), event.target.value)
            }
          />
        </label>
        <input
          ref={input}
          type="file"
          accept=".json,.yaml,.yml,.toml"
          aria-label="Workflow file"
          hidden
          onChange={event => void take(event.target.files?.[0])}
        />
      </div>
      {problem && <Notice tone="error">{problem}</Notice>}
      {!user && (
        <p className={css.hint}>
          You can write and check without an account. To publish,{" "}
          <Link href="/login?next=/workflows/create">sign in</Link> or{" "}
          <Link href="/register?next=/workflows/create">sign up</Link>.
        </p>
      )}
    </Page>
  );
}
