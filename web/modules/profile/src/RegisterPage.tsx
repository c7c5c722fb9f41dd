import { Problem } from "@blok/api";
import { register, tell, useSession } from "@blok/state";
import { Button, Notice, TextField } from "@blok/ui";
import { useState } from "react";
import { Link, Redirect, useLocation, useSearchParams } from "wouter";
import { AccountForm, nextPage } from "./AccountForm.tsx";

const FIELDS = ["/handle", "/email", "/password"];

/** Sign up, and be signed in. */
export function RegisterPage() {
  const [parameters] = useSearchParams();
  const [, go] = useLocation();
  const [account, setAccount] = useState({ handle: "", email: "", password: "", display_name: "" });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const status = useSession(state => state.status);
  const next = nextPage(parameters);
  if (status === "signed-in" && !busy) return <Redirect to={next} replace />;
  const change = (field: keyof typeof account) => (event: { target: { value: string } }) =>
    setAccount({ ...account, [field]: event.target.value });

  async function submit() {
    setBusy(true);
    setProblem(undefined);
    try {
      await register({ ...account, handle: account.handle.trim(), email: account.email.trim() });
      tell(`Welcome, ${account.handle.trim()}.`);
      go(next, { replace: true });
    } catch (error) {
      setProblem(error instanceof Problem ? error : Problem.unreachable());
      setBusy(false);
    }
  }

  return (
    <AccountForm
      title="Sign up"
      about="An account is where your packages live. It is free."
      onSubmit={submit}
      after={
        <>
          Have an account? <Link href={`/login?next=${encodeURIComponent(next)}`}>Sign in</Link>
        </>
      }
    >
      {problem && !problem.isAbout(FIELDS) && <Notice tone="error">{problem.message}</Notice>}
      <TextField
        label="Handle"
        hint="The public address of everything you publish: handle/package. It cannot be changed."
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={account.handle}
        error={problem?.at("/handle")}
        onChange={change("handle")}
      />
      <TextField
        label="E-mail address"
        type="email"
        autoComplete="email"
        required
        value={account.email}
        error={problem?.at("/email")}
        onChange={change("email")}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="Long beats complicated: a few words are fine."
        required
        value={account.password}
        error={problem?.at("/password")}
        onChange={change("password")}
      />
      <Button type="submit" variant="primary" size="large" busy={busy}>
        Create the account
      </Button>
    </AccountForm>
  );
}
