// A place of its own for the canvas, so that it is loaded when there is something to draw and not before.
export { FlowCanvas as default } from "@blok/canvas";
