import { Problem } from "@blok/api";
import { signIn, tell, useSession } from "@blok/state";
import { Button, Notice, TextField } from "@blok/ui";
import { useState } from "react";
import { Link, Redirect, useLocation, useSearchParams } from "wouter";
import { AccountForm, nextPage } from "./AccountForm.tsx";

/** Sign in. */
export function LoginPage() {
  const [parameters] = useSearchParams();
  const [, go] = useLocation();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const status = useSession(state => state.status);
  const next = nextPage(parameters);
  if (status === "signed-in" && !busy) return <Redirect to={next} replace />;

  async function submit() {
    if (!login.trim() || !password) {
      setProblem(new Problem(400, { detail: "Give the handle or e-mail address, and the password." }));
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(login.trim(), password);
      tell("Welcome back.");
      go(next, { replace: true });
    } catch (error) {
      setProblem(error instanceof Problem ? error : Problem.unreachable());
      setBusy(false);
    }
  }

  return (
    <AccountForm
      title="Sign in"
      about="To publish, fork and edit. Finding and running needs no account."
      onSubmit={submit}
      after={
        <>
          New here? <Link href={`/register?next=${encodeURIComponent(next)}`}>Sign up</Link>
        </>
      }
    >
      {problem && <Notice tone="error">{problem.message}</Notice>}
      <TextField
        label="Handle or e-mail address"
        autoComplete="username"
        autoCapitalize="none"
        required
        value={login}
        onChange={event => setLogin(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={event => setPassword(event.target.value)}
      />
      <Button type="submit" variant="primary" size="large" busy={busy}>
        Sign in
      </Button>
    </AccountForm>
  );
}
