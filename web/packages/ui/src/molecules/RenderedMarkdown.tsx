import DOMPurify from "dompurify";
import { Marked } from "marked";
import { useMemo } from "react";

const marked = new Marked({ gfm: true });
const TAGS = [
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "p",
  "a",
  "ul",
  "ol",
  "li",
  "strong",
  "em",
  "del",
  "code",
  "pre",
  "blockquote",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
  "hr",
  "br",
  "img",
  "input",
  "kbd",
  "sub",
  "sup",
  "details",
  "summary",
];
const ATTRIBUTES = ["href", "src", "alt", "title", "align", "type", "checked", "disabled", "start"];

const purify = DOMPurify();
purify.addHook("afterSanitizeAttributes", node => {
  if (node.nodeName === "A") {
    node.setAttribute("rel", "nofollow ugc noopener");
    if (/^https?:/.test(node.getAttribute("href") ?? "")) node.setAttribute("target", "_blank");
  }
  if (node.nodeName === "IMG") node.setAttribute("loading", "lazy");
  if (node.nodeName === "PRE") node.setAttribute("tabindex", "0");
  if (node.nodeName === "INPUT" && node.getAttribute("type") !== "checkbox") node.remove();
});

/** HTML of a Markdown text, with everything removed that could act. */
export function renderMarkdown(text: string): string {
  // The page has its own heading of the first rank; those of a text begin one lower.
  const html = marked.parse(text, { async: false }).replace(/<(\/?)h1(?=[\s>])/g, "<$1h2");
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|\/(?!\/)|#)/i,
  });
}

export default function RenderedMarkdown({ text }: { text: string }) {
  const html = useMemo(() => renderMarkdown(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: it comes from the sanitiser above
  return <div dangerouslySetInnerHTML={{ __html: html }} />;
}
