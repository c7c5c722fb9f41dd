import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { classes } from "../css.ts";
import { Button, IconButton } from "./Button.tsx";
import css from "./Code.module.css";
import { type Language, tokens } from "./highlight.ts";

/** Text that a machine wrote or reads, coloured by what it is. */
export function Code({
  text,
  language = "text",
  label,
  wrap = false,
}: {
  text: string;
  language?: Language;
  label: string;
  wrap?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reachable by keyboard
    <section className={classes(css.code, wrap && css.wrap)} tabIndex={0} aria-label={label}>
      <pre>
        {tokens(text, language).map((token, at) =>
          token.kind ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text have no other name
            <span key={at} className={css[token.kind]}>
              {token.text}
            </span>
          ) : (
            token.text
          ),
        )}
      </pre>
    </section>
  );
}

/** Any value as formatted JSON. */
export function JsonCode({ value, label, wrap }: { value: unknown; label: string; wrap?: boolean }) {
  return (
    <Code text={JSON.stringify(value, null, 2) ?? "nothing"} language="json" label={label} wrap={wrap} />
  );
}

/** Copies a text to the clipboard, and says so. */
export function CopyButton({
  text,
  label = "Copy",
  iconOnly = false,
}: {
  text: string | (() => Promise<string>);
  label?: string;
  iconOnly?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await toClipboard(typeof text === "string" ? text : await text());
    setCopied(true);
    setTimeout(() => setCopied(false), 1600);
  }
  if (iconOnly)
    return <IconButton icon={copied ? Check : Copy} label={copied ? "Copied" : label} onClick={copy} />;
  return (
    <Button size="small" icon={copied ? Check : Copy} onClick={copy}>
      {copied ? "Copied" : label}
    </Button>
  );
}

/** A command to type, with a button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <div className={css.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reachable by keyboard */}
      <code tabIndex={0}>
        <span aria-hidden>$ </span>
        {text}
      </code>
      <CopyButton text={text} label={`Copy: ${text}`} iconOnly />
    </div>
  );
}

/** Browsers lend the clipboard to secure pages only; on others the older way copies what is selected. */
async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
