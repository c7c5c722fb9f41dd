import { FlowCanvas } from "@blok/canvas";
import { readFlow } from "@blok/graph";
import { useMemo } from "react";

type Definition = Record<string, unknown>;

/** The later flow on the canvas. */
export function FlowDiff({ before: _, after }: { before: Definition; after: Definition }) {
  const flow = useMemo(() => readFlow(after), [after]);
  return (
    <div style={{ height: 360 }}>
      <FlowCanvas flow={flow} />
    </div>
  );
}
