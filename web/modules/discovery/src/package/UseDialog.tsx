import type { PackageView } from "@blok/api";
import { Command, Dialog } from "@blok/ui";
import css from "./UseDialog.module.css";

type Props = { about: PackageView; version: string | undefined; open: boolean; onClose: () => void };

/** The hub that the command line asks when nobody names another one. */
const DEFAULT_HUB = "http://localhost:4000";

/** How to get the package into a project, or to call it from anywhere. */
export function UseDialog({ about, version, open, onClose }: Props) {
  const address = `${about.owner}/${about.name}`;
  const pinned = version && version !== about.latest ? `${address}@${version}` : address;
  const hub = location.origin;
  return (
    <Dialog open={open} title={`Use ${address}`} onClose={onClose}>
      <div className={css.ways}>
        {hub !== DEFAULT_HUB && (
          <Way title="Point the tool at this hub" text="Once for each terminal.">
            <Command text={`export BLOK_HUB=${hub}`} />
          </Way>
        )}
        <Way
          title="Add it to your project"
          text="Writes the file and pins its digest. Then blok dev serves it."
        >
          <Command text={`blok install ${pinned}`} />
        </Way>
        <Way title="Run it here from a terminal" text="Runs in the hub's sandbox and prints the answer.">
          <Command text={`blok run ${pinned}`} />
        </Way>
        <Way title="Fetch the file" text="No tool needed. The answer's Blok-Digest header names its SHA-256.">
          <Command
            text={`curl -o ${about.name}.json ${hub}/api/packages/${address}/versions/${version ?? "latest"}/definition`}
          />
        </Way>
      </div>
    </Dialog>
  );
}

function Way({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      <p>{text}</p>
      {children}
    </section>
  );
}
