export { FlowDiff } from "./FlowDiff.tsx";
export { TextDiff } from "./TextDiff.tsx";
export { VersionDiff as default, VersionDiff } from "./VersionDiff.tsx";
