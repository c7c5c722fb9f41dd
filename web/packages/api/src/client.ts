import createClient, { type Middleware } from "openapi-fetch";
import { Problem } from "./problem.ts";
import type { paths } from "./schema.d.ts";
import { currentToken, renewed } from "./session.ts";

const POSITION = "Blok-Position";
/** After this long every reader has what was written, and pages may come from caches again. */
const POSITION_SECONDS = 15;

let written = { token: "", at: 0 };

/** Reads that follow a write carry its position, so that they see what was written. */
const positions: Middleware = {
  onRequest({ request }) {
    if (request.method === "GET" && Date.now() - written.at < POSITION_SECONDS * 1000)
      request.headers.set(POSITION, written.token);
    return request;
  },
  onResponse({ response }) {
    const token = response.headers.get(POSITION);
    if (token) written = { token, at: Date.now() };
  },
};

/** Sends the access token; one that has just expired is renewed, and the request is sent once more. */
async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const token = currentToken();
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  const response = await fetch(request);
  if (response.status !== 401 || !token) return response;
  const next = await renewed(token).catch(() => null);
  if (!next) return response;
  again.headers.set("Authorization", `Bearer ${next}`);
  return fetch(again);
}

const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: authorizedFetch });
client.use(positions);

/** The hub's API. Paths, bodies and answers are checked against its OpenAPI document. */
export const api = client;

type Outcome<Data> = { data?: Data; error?: unknown; response: Response };

/** The answer of a request. Throws a Problem when the hub refused it or cannot be reached. */
export async function answer<Data>(request: Promise<Outcome<Data>>): Promise<Data> {
  let outcome: Outcome<Data>;
  try {
    outcome = await request;
  } catch {
    throw Problem.unreachable();
  }
  if (!outcome.response.ok) throw Problem.from(outcome.response.status, outcome.error);
  return outcome.data as Data;
}

/** The JSON of a path that the OpenAPI document does not describe in detail. Throws a Problem. */
export async function readJson<Data>(path: string): Promise<Data> {
  const request = new Request(path, { headers: { Accept: "application/json" } });
  if (Date.now() - written.at < POSITION_SECONDS * 1000) request.headers.set(POSITION, written.token);
  const response = await authorizedFetch(request).catch(() => {
    throw Problem.unreachable();
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw Problem.from(response.status, body);
  return body as Data;
}
