export { RunPanel } from "./RunPanel.tsx";
export { draftOf, requestOf, sameJson } from "./request.ts";
export { lengthOf, type Row, timeline } from "./timeline.ts";
export { type Runner, type RunState, type Selection, type Source, useRun, type Wish } from "./useRun.ts";
