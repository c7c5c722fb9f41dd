import { FlowCanvas } from "@blok/canvas";
import { FlowSketch } from "@blok/canvas/sketch";
import { diffFlows, mapTrace, readFlow, type TraceStep } from "@blok/graph";
import { useMemo, useState } from "react";
import { Bench } from "./Bench.tsx";
import css from "./playground.module.css";

interface Recorded {
  workflow: string;
  example: string;
  trace: TraceStep[];
}

const files = import.meta.glob<unknown>("../../../../src/blokhub/starter/*/workflow.json", {
  eager: true,
  import: "default",
});
const recordings = import.meta.glob<Recorded>("../../graph/test/fixtures/*.json", {
  eager: true,
  import: "default",
});
const flows = new Map(
  Object.entries(files).map(([file, definition]) => [file.split("/").at(-2) ?? file, readFlow(definition)]),
);
const runs = Object.entries(recordings).map(([file, run]) => ({
  ...run,
  name: file.replace(/^.*\/|\.json$/g, ""),
}));

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get("theme") ?? "light";

/** The canvas with real workflows and recorded runs; `?sketches` shows all of them small, `?bench` draws a big one. */
export function Playground() {
  if (query.has("bench")) return <Bench count={Number(query.get("bench")) || 200} />;
  return query.has("sketches") ? <Sketches /> : <Canvas />;
}

/** What is shown is in the address: `?flow=cache-aside&run=cache-aside-1&theme=dark&before=…&minimap&still&bare`. */
function Canvas() {
  const [selected, setSelected] = useState<string | null>(query.get("selected"));
  const [name, setName] = useState(query.get("flow") ?? "incident-alert");
  const [runName, setRunName] = useState(query.get("run") ?? "");
  const [take, setTake] = useState(0);
  const flow = flows.get(name) ?? readFlow({});
  const trace = runs.find(run => run.name === runName && run.workflow === name)?.trace;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another take is another run of the same records
  const run = useMemo(() => trace && mapTrace(flow, structuredClone(trace)), [flow, trace, take]);
  const before = flows.get(query.get("before") ?? "");
  const diff = useMemo(() => before && diffFlows(before, flow), [before, flow]);
  return (
    <div className={css.page}>
      {!query.has("bare") && (
        <header className={css.bar}>
          <select aria-label="Workflow" value={name} onChange={event => setName(event.target.value)}>
            {[...flows.keys()].map(key => (
              <option key={key}>{key}</option>
            ))}
          </select>
          <select aria-label="Run" value={runName} onChange={event => setRunName(event.target.value)}>
            <option value="">no run</option>
            {runs
              .filter(found => found.workflow === name)
              .map(found => (
                <option key={found.name} value={found.name}>
                  {found.example}
                </option>
              ))}
          </select>
          <button type="button" onClick={() => setTake(take + 1)}>
            Run again
          </button>
        </header>
      )}
      <main className={css.stage}>
        <FlowCanvas
          flow={flow}
          run={run}
          diff={diff}
          selected={selected}
          onSelect={setSelected}
          minimap={query.has("minimap")}
          interactive={!query.has("still")}
          playing
        />
      </main>
    </div>
  );
}

function Sketches() {
  return (
    <main className={css.cards}>
      {[...flows].map(([name, flow]) => (
        <figure key={name}>
          <FlowSketch flow={flow} />
          <figcaption>{flow.name}</figcaption>
        </figure>
      ))}
    </main>
  );
}
