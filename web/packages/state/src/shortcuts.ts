import { useEffect, useRef } from "react";
import { create } from "zustand";

export type Shortcut = { keys: string; does: string; run: (event: KeyboardEvent) => void };
type Listed = { keys: string; does: string };

/** The shortcuts that work at this moment; `?` lists them. */
export const useShortcutList = create<{ groups: { title: string; shortcuts: Listed[] }[] }>(() => ({
  groups: [],
}));

const ON_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");
const NOT_TYPED_IN = new Set(["INPUT", "TEXTAREA", "SELECT"]);

/** Let keys do something while the component is shown. `Mod+` is the command key, or Ctrl. */
export function useShortcuts(title: string, shortcuts: Shortcut[]) {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  const keys = shortcuts.map(each => `${each.keys} ${each.does}`).join("\n");
  useEffect(() => {
    const group = { title, shortcuts: current.current.map(({ keys, does }) => ({ keys, does })) };
    if (keys) useShortcutList.setState(({ groups }) => ({ groups: [...groups, group] }));
    const hear = (event: KeyboardEvent) => {
      const found = current.current.find(each => fits(each.keys, event));
      if (!found || event.defaultPrevented) return;
      event.preventDefault();
      found.run(event);
    };
    document.addEventListener("keydown", hear);
    return () => {
      document.removeEventListener("keydown", hear);
      useShortcutList.setState(({ groups }) => ({ groups: groups.filter(each => each !== group) }));
    };
  }, [title, keys]);
}

function fits(keys: string, event: KeyboardEvent): boolean {
  const wanted = keys.replace("Mod+", "");
  const mod = ON_MAC ? event.metaKey : event.ctrlKey;
  if (keys.startsWith("Mod+") !== mod || event.altKey) return false;
  if (!mod && isTyping(event.composedPath()[0])) return false;
  return event.key.toLowerCase() === wanted.toLowerCase();
}

function isTyping(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (NOT_TYPED_IN.has(target.tagName) || target.isContentEditable);
}
