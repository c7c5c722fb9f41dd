import { answer, api, type PackageView, Problem } from "@blok/api";
import { tell, useSession } from "@blok/state";
import { Button, count, Dialog, icons, TextField } from "@blok/ui";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";

type Props = { about: PackageView; version: string | undefined; own: boolean };

/** Makes a package of one's own from this one and opens it in the editor. */
export function ForkButton({ about, version, own }: Props) {
  const user = useSession(state => state.user);
  const [path, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState(own ? `${about.name}-copy` : about.name);
  const [problem, setProblem] = useState<string>();

  async function fork(as: string) {
    setBusy(true);
    setProblem(undefined);
    const { owner, name: parent } = about;
    try {
      const body = { name: as, ...(version && { version }) };
      const made = await answer(
        api.POST("/api/packages/{owner}/{name}/fork", { params: { path: { owner, name: parent } }, body }),
      );
      tell(`${made.owner}/${made.name} is yours now.`);
      go(`/workflows/${made.owner}/${made.name}/edit`);
    } catch (error) {
      const refused = error instanceof Problem ? error : Problem.unreachable();
      setProblem(refused.message);
      setAsking(true);
    } finally {
      setBusy(false);
    }
  }

  function begin() {
    if (!user) go(`/login?next=${encodeURIComponent(path)}`);
    else if (own) setAsking(true);
    else void fork(about.name);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void fork(name.trim());
  }

  return (
    <>
      <Button icon={icons.GitFork} busy={busy} onClick={begin}>
        Fork
        {about.fork_count > 0 && <span>{count(about.fork_count)}</span>}
      </Button>
      <Dialog open={asking} title={`Fork ${about.owner}/${about.name}`} onClose={() => setAsking(false)}>
        <form onSubmit={submit}>
          <TextField
            label="Name of your package"
            hint={`It will be ${user?.handle ?? "you"}/${name}. Lower-case letters, digits and hyphens.`}
            value={name}
            error={problem}
            required
            pattern="[a-z][a-z0-9\-]{0,62}[a-z0-9]"
            onChange={event => setName(event.target.value)}
          />
          <br />
          <Button type="submit" variant="primary" icon={icons.GitFork} busy={busy}>
            Fork it
          </Button>
        </form>
      </Dialog>
    </>
  );
}
