import css from "./Kbd.module.css";

const ON_MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys to press. `Mod` is the command key on a Mac and Ctrl elsewhere. */
export function Kbd({ keys }: { keys: string }) {
  const shown = keys
    .replace("Mod+", ON_MAC ? "⌘" : "Ctrl ")
    .replace("Enter", "↵")
    .replace(/\b[a-z]$/, letter => letter.toUpperCase());
  return <kbd className={css.kbd}>{shown}</kbd>;
}

/** Whether the command key of this keyboard is held. */
export function modHeld(event: { metaKey: boolean; ctrlKey: boolean }): boolean {
  return ON_MAC ? event.metaKey : event.ctrlKey;
}
