// The access token lives in memory; what renews it is a cookie that no script can read.
//
// Several windows share one cookie, and each use of it gives a new one. A lock lets one window at a
// time renew, and it tells the others the new token.

import { Problem } from "./problem.ts";

export type Renewal = { access_token: string; expires_in: number };

let token: string | null = null;
const listeners = new Set<(token: string | null) => void>();
const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("blok-session");

others?.addEventListener("message", event => keep(event.data as string | null));

/** The access token, or null when nobody is signed in. */
export function currentToken(): string | null {
  return token;
}

/** Take a new access token, or null at the end of a session, and tell the other windows. */
export function setToken(next: string | null): void {
  others?.postMessage(next);
  keep(next);
}

/** Hear of every new token, and of null at the end of a session. */
export function onToken(listener: (token: string | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Answers that mean the session is over; any other failure may pass. */
const REFUSED = new Set([400, 401, 403, 422]);

/** A token newer than `stale`, or null when the session is over. Throws when that cannot be told now. */
export async function renewed(stale: string | null): Promise<string | null> {
  return alone(async () => {
    if (token !== stale && token !== null) return token;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const response = await fetch("/api/auth/refresh", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
      if (response.ok) {
        const renewal = (await response.json()) as Renewal;
        setToken(renewal.access_token);
        return token;
      }
      if (REFUSED.has(response.status)) {
        setToken(null);
        return null;
      }
      if (response.status !== 409) break;
      await new Promise(resolve => setTimeout(resolve, 600));
    }
    throw Problem.unreachable();
  });
}

/** Only one window at a time. Browsers know no locks where a hub is reached over plain HTTP by name. */
async function alone(work: () => Promise<string | null>): Promise<string | null> {
  return navigator.locks ? await navigator.locks.request("blok-session", work) : work();
}

function keep(next: string | null) {
  token = next;
  for (const listener of listeners) listener(next);
}
