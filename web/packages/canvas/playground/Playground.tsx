import { FlowCanvas } from "@blok/canvas";
import { FlowSketch } from "@blok/canvas/sketch";
import { diffFlows, mapTrace, readFlow, type TraceStep } from "@blok/graph";
import { useMemo, useState } from "react";
import { Bench } from "./Bench.tsx";
import css from "./playground.module.css";

const files = import.meta.glob<unknown>("../../../../src/blokhub/starter/*/workflow.json", {
  eager: true,
  import: "default",
});
const flows = Object.entries(files).map(([file, definition]) => ({
  name: file.split("/").at(-2) ?? file,
  flow: readFlow(definition),
}));
const runs = import.meta.glob<{ workflow: string; trace: TraceStep[] }>("../../graph/test/fixtures/*.json", {
  eager: true,
  import: "default",
});
const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get("theme") ?? "light";

/** The canvas with real workflows: `?flow=incident-alert&theme=dark`, or all sketches with `?sketches`. */
export function Playground() {
  const [selected, setSelected] = useState<string | null>(query.get("selected"));
  const shown = flows.find(({ name }) => name === (query.get("flow") ?? "incident-alert"));
  const trace = runs[`../../graph/test/fixtures/${query.get("run")}.json`]?.trace;
  const run = useMemo(() => (shown && trace ? mapTrace(shown.flow, trace) : undefined), [shown, trace]);
  const before = flows.find(({ name }) => name === query.get("before"))?.flow;
  const diff = useMemo(() => (shown && before ? diffFlows(before, shown.flow) : undefined), [shown, before]);
  if (query.has("bench")) return <Bench count={Number(query.get("bench")) || 200} />;
  if (query.has("sketches")) {
    return (
      <div className={css.cards}>
        {flows.map(({ name, flow }) => (
          <figure key={name}>
            <FlowSketch flow={flow} />
            <figcaption>{flow.name}</figcaption>
          </figure>
        ))}
      </div>
    );
  }
  return (
    <div className={css.stage}>
      {shown && (
        <FlowCanvas
          flow={shown.flow}
          run={run}
          diff={diff}
          minimap={query.has("minimap")}
          playing={query.has("playing")}
          selected={selected}
          onSelect={setSelected}
        />
      )}
    </div>
  );
}
