import { Search, X } from "lucide-react";
import { type FormEvent, type Ref, useEffect, useState } from "react";
import { Button } from "../atoms/Button.tsx";
import { Kbd } from "../atoms/Kbd.tsx";
import { classes } from "../css.ts";
import css from "./SearchField.module.css";

type Props = {
  value: string;
  onSearch: (words: string) => void;
  onType?: (words: string) => void;
  size?: "bar" | "large";
  inputRef?: Ref<HTMLInputElement>;
  shortcut?: string;
  autoFocus?: boolean;
};

/** The field to search with; `onType` hears every letter, `onSearch` the Enter key. */
export function SearchField({ value, onSearch, onType, size = "bar", inputRef, shortcut, autoFocus }: Props) {
  const [words, setWords] = useState(value);
  useEffect(() => setWords(value), [value]);
  function change(next: string) {
    setWords(next);
    onType?.(next);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    onSearch(words.trim());
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not yet known to every reader
    <form
      role="search"
      aria-label={size === "large" ? "Search the catalogue" : "Search"}
      className={classes(css.field, css[size])}
      onSubmit={submit}
    >
      <Search size={size === "large" ? 20 : 18} aria-hidden />
      <input
        ref={inputRef}
        type="search"
        aria-label="Search workflows and nodes"
        placeholder={size === "large" ? "notify the team when a file arrives" : "Search workflows and nodes"}
        value={words}
        // biome-ignore lint/a11y/noAutofocus: the home page is a search page
        autoFocus={autoFocus}
        onChange={event => change(event.target.value)}
      />
      {words !== "" && size === "bar" && (
        <button type="button" className={css.clear} aria-label="Clear the search" onClick={() => change("")}>
          <X size={16} aria-hidden />
        </button>
      )}
      {words === "" && shortcut && <Kbd keys={shortcut} />}
      {size === "large" && (
        <Button type="submit" variant="primary">
          Search
        </Button>
      )}
    </form>
  );
}
