import type { Example, RunRequest } from "@blok/api";

/** A request as it stands in the form: everything is text until it is sent. */
export type RequestDraft = { method: string; path: string; query: string; headers: string; body: string };
export type RequestPart = "body" | "query" | "headers";

const NO_BODY = new Set(["GET", "HEAD", "DELETE"]);

/** Which part of a request is worth showing first. */
export function firstPart(draft: RequestDraft): RequestPart {
  return NO_BODY.has(draft.method) && !draft.body ? "query" : "body";
}

/** The form for a recorded example, or for the trigger of the workflow when there is none. */
export function draftOf(
  example: Example | undefined,
  trigger: { method?: string; path?: string },
): RequestDraft {
  const request = example?.request;
  const method = (
    request?.method ??
    (trigger.method === "*" || trigger.method === "ANY" ? "GET" : trigger.method) ??
    "GET"
  ).toUpperCase();
  return {
    method,
    path: request?.path ?? trigger.path ?? "/",
    query: pretty(request?.query),
    headers: pretty(request?.headers),
    body:
      request?.body === undefined || request.body === null
        ? NO_BODY.has(method)
          ? ""
          : "{}"
        : pretty(request.body, true),
  };
}

function pretty(value: unknown, keepEmpty = false): string {
  if (value === undefined || value === null) return "";
  if (!keepEmpty && typeof value === "object" && Object.keys(value).length === 0) return "";
  return JSON.stringify(value, null, 2);
}

/** What is wrong with a form, by part. */
export type DraftProblems = Partial<Record<RequestPart, string>>;

/** The request that a form describes, or what is wrong with it. */
export function requestOf(draft: RequestDraft): { request: RunRequest } | { problems: DraftProblems } {
  const problems: DraftProblems = {};
  const read = (part: RequestPart): unknown => {
    if (draft[part].trim() === "") return undefined;
    try {
      return JSON.parse(draft[part]);
    } catch (error) {
      problems[part] =
        `This is not JSON yet: ${error instanceof Error ? error.message : "it cannot be read"}`;
      return undefined;
    }
  };
  const [body, query, headers] = [read("body"), read("query"), read("headers")];
  for (const [part, value] of [
    ["query", query],
    ["headers", headers],
  ] as const) {
    const object = typeof value === "object" && value !== null && !Array.isArray(value);
    if (value !== undefined && !object) problems[part] = 'An object is expected, such as {"name": "value"}.';
  }
  if (Object.keys(problems).length > 0) return { problems };
  const texts = Object.fromEntries(
    Object.entries((headers ?? {}) as object).map(([name, value]) => [name, String(value)]),
  );
  const request: RunRequest = {
    method: draft.method,
    path: draft.path || "/",
    headers: texts,
    query: (query ?? {}) as Record<string, unknown>,
  };
  if (body !== undefined) request.body = body;
  return { request };
}

/** Whether two JSON values say the same; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value]) => key in b && sameJson(value, (b as Record<string, unknown>)[key]))
  );
}
