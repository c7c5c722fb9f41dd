export type { SketchStep } from "@blok/graph";
export { FlowSketch, type FlowSketchProps } from "./FlowSketch.tsx";
