export { answer, api, readJson } from "./client.ts";
export { Problem } from "./problem.ts";
export * as queries from "./queries.ts";
export { currentToken, onToken, renewed, setToken } from "./session.ts";
export type * from "./types.ts";
