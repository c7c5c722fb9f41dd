import { showShortcuts, useInterface, useShortcutList, useShortcuts } from "@blok/state";
import { Dialog, Kbd } from "@blok/ui";
import css from "./Shortcuts.module.css";

/** `?` lists the keys that work on the page that is shown. */
export function Shortcuts() {
  const open = useInterface(state => state.shortcuts);
  const groups = useShortcutList(state => state.groups);
  useShortcuts("Everywhere", [{ keys: "?", does: "Show these shortcuts", run: () => showShortcuts(!open) }]);
  return (
    <Dialog open={open} title="Keyboard shortcuts" onClose={() => showShortcuts(false)}>
      {merged(groups).map(group => (
        <section key={group.title} className={css.group}>
          <h3>{group.title}</h3>
          <dl>
            {group.shortcuts.map(({ keys, does }) => (
              <div key={keys}>
                <dt>{does}</dt>
                <dd>
                  <Kbd keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

type Group = { title: string; shortcuts: { keys: string; does: string }[] };

function merged(groups: Group[]): Group[] {
  const byTitle = new Map<string, Group>();
  for (const { title, shortcuts } of groups) {
    byTitle.set(title, { title, shortcuts: [...(byTitle.get(title)?.shortcuts ?? []), ...shortcuts] });
  }
  return [...byTitle.values()];
}
