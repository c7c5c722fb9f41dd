import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.heading], color: "var(--link)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--success)" },
  { tag: tags.number, color: "var(--violet)" },
  { tag: [tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--warning)" },
  { tag: tags.comment, color: "var(--faint)" },
]);

/** The looks of the editor, in the tokens of the house, so that both themes fit. */
export const looks = [
  syntaxHighlighting(colours),
  EditorView.theme({
    "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "0.8125rem" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65" },
    ".cm-content": { padding: "12px 0", caretColor: "var(--text)" },
    ".cm-gutters": {
      backgroundColor: "var(--surface)",
      color: "var(--faint)",
      border: "none",
      paddingLeft: "4px",
    },
    ".cm-activeLine, .cm-activeLineGutter": {
      backgroundColor: "color-mix(in srgb, var(--sunken) 70%, transparent)",
    },
    ".cm-cursor": { borderLeftColor: "var(--text)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "color-mix(in srgb, var(--link) 24%, transparent)",
    },
    ".cm-matchingBracket": {
      backgroundColor: "var(--primary-soft)",
      outline: "1px solid var(--line-strong)",
    },
    ".cm-foldPlaceholder": {
      backgroundColor: "var(--sunken)",
      border: "1px solid var(--line)",
      color: "var(--muted)",
    },
    ".cm-tooltip": {
      border: "1px solid var(--line-strong)",
      borderRadius: "var(--radius-small)",
      backgroundColor: "var(--surface)",
      color: "var(--text)",
      boxShadow: "var(--shadow-raised)",
      overflow: "hidden",
    },
    ".cm-about, .cm-completionInfo": { padding: "8px 12px", maxWidth: "360px", fontFamily: "var(--font)" },
    ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
    ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: "var(--primary-soft)",
      color: "var(--link)",
    },
    ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal" },
    ".cm-diagnostic": { padding: "8px 12px", fontFamily: "var(--font)", borderLeftWidth: "3px" },
    ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)" },
    ".cm-panels input, .cm-panels button": {
      font: "inherit",
      color: "inherit",
      background: "var(--bg)",
      border: "1px solid var(--line-strong)",
    },
  }),
];
