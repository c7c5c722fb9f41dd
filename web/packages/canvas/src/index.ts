export { FlowCanvas, type FlowCanvasProps } from "./FlowCanvas.tsx";
export { FlowOutline, type FlowOutlineProps } from "./FlowOutline.tsx";
