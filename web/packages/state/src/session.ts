import { answer, api, type OwnProfile, onToken, Problem, renewed, setToken } from "@blok/api";
import { create } from "zustand";

/** Set while this browser has a session, so that a visitor costs the hub no question. */
const FLAG = "blok-signed-in";

type Session = { status: "unknown" | "anonymous" | "signed-in"; user: OwnProfile | null };

/** Who is signed in; every module sees the same. */
export const useSession = create<Session>(() => ({ status: "unknown", user: null }));

/** Continue the session of an earlier visit, if there is one. A hub that is away for a moment ends none. */
export async function resume(): Promise<void> {
  try {
    if (localStorage.getItem(FLAG) === null || (await renewed(null)) === null) end();
    else await load();
  } catch {
    useSession.setState({ status: "anonymous", user: null });
  }
}

/** Sign in. Throws a Problem. */
export async function signIn(login: string, password: string): Promise<void> {
  const tokens = await answer(api.POST("/api/auth/login", { body: { login, password, cookie: true } }));
  await begin(tokens.access_token);
}

/** Register an account and sign in. Throws a Problem. */
export async function register(account: {
  handle: string;
  email: string;
  password: string;
  display_name: string;
}): Promise<void> {
  await answer(api.POST("/api/users", { body: { ...account, cookie: false } }));
  await signIn(account.handle, account.password);
}

/** Sign out here and in every window of this browser. */
export async function signOut(): Promise<void> {
  await answer(api.POST("/api/auth/logout", { body: {} })).catch(problem => {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
  });
  setToken(null);
}

/** Read the own profile again after it was changed. */
export async function reloadUser(): Promise<void> {
  useSession.setState({ user: await answer(api.GET("/api/users/me")) });
}

async function begin(token: string): Promise<void> {
  localStorage.setItem(FLAG, "1");
  setToken(token);
  await load();
}

async function load(): Promise<void> {
  try {
    const user = await answer(api.GET("/api/users/me"));
    useSession.setState({ status: "signed-in", user });
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status === 401) end();
    else throw problem;
  }
}

function end() {
  localStorage.removeItem(FLAG);
  useSession.setState({ status: "anonymous", user: null });
}

onToken(token => {
  const { status } = useSession.getState();
  if (token === null && status !== "anonymous") end();
  if (token !== null && status === "anonymous") void load();
});
