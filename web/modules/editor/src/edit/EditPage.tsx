import { answer, api, type Example, type PackageView, Problem, queries } from "@blok/api";
import { tell, useSession, useShortcuts } from "@blok/state";
import { Button, ButtonLink, EmptyState, ErrorState, icons, Page, Skeleton, useTitle } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, Redirect } from "wouter";
import { PublishDialog } from "../publish/PublishDialog.tsx";
import { usePublication } from "../publish/usePublication.ts";
import { nextVersion } from "../publish/versions.ts";
import { aboutOf, changesOf } from "../workbench/about.ts";
import { useDocument } from "../workbench/useDocument.ts";
import { Workbench } from "../workbench/Workbench.tsx";
import { type Draft, useDraft } from "./useDraft.ts";

type Address = { owner: string; name: string };

/** Edit a package of one's own: its draft, what it says of itself, and the next version. */
export function EditPage({ owner, name }: Address) {
  const { status, user } = useSession();
  const page = useQuery({ ...queries.packagePage(owner, name), enabled: status === "signed-in" });
  const own = user?.handle === owner;
  const draft = useQuery({ ...queries.draft(owner, name), enabled: status === "signed-in" && own });
  // A fork without a version of its own is compared with what it was made from, and keeps its examples.
  const about = page.data?.package;
  const origin = about && !about.latest ? about.forked_from : null;
  const [theirs, parentName, version] = [origin?.owner ?? "", origin?.name ?? "", origin?.version ?? ""];
  const parent = useQuery({ ...queries.definition(theirs, parentName, version), enabled: Boolean(origin) });
  const parentExamples = useQuery({
    ...queries.examples(theirs, parentName, version),
    enabled: Boolean(origin),
  });
  useTitle(`Edit ${name}`);
  if (status === "anonymous")
    return <Redirect to={`/login?next=${encodeURIComponent(`/workflows/${owner}/${name}/edit`)}`} replace />;
  if (user && !own) return <NotYours owner={owner} name={name} />;
  const missing = draft.error instanceof Problem && draft.error.status === 404;
  const error = page.error ?? (missing ? null : draft.error);
  if (error)
    return (
      <ErrorState
        rank={1}
        title="It cannot be edited right now"
        detail={error.message}
        onRetry={() => void page.refetch()}
      />
    );
  if (!page.data || !about || (!draft.data && !missing)) return <Skeleton height="70vh" />;
  if (parent.isLoading || parentExamples.isLoading) return <Skeleton height="70vh" />;
  const published = about.latest;
  const definition = (draft.data?.definition ?? page.data.definition ?? {}) as Record<string, unknown>;
  const before =
    published && page.data.definition
      ? { version: published, definition: page.data.definition }
      : parent.data &&
        origin && { version: `${origin.owner}/${origin.name} ${origin.version}`, definition: parent.data };
  return (
    <Editing
      about={about}
      versions={page.data.versions ?? []}
      initial={{ text: `${JSON.stringify(definition, null, 2)}\n`, saved: draft.data !== undefined }}
      examples={(published ? page.data.examples : parentExamples.data) ?? []}
      before={before ?? undefined}
    />
  );
}

type EditingProps = {
  about: PackageView;
  versions: { version: string }[];
  initial: { text: string; saved: boolean };
  examples: Example[];
  before: { version: string; definition: Record<string, unknown> } | undefined;
};

function Editing({ about: view, versions, initial, examples: recorded, before }: EditingProps) {
  const { owner, name } = view;
  const document = useDocument(initial.text, "json");
  const [about, setAbout] = useState(() => aboutOf(view));
  const [examples, setExamples] = useState(recorded);
  const [publishing, setPublishing] = useState(false);
  const draft = useDraft({ owner, name }, document, initial.text);
  const publication = usePublication();
  useShortcuts("The editor", [{ keys: "Mod+s", does: "Save the draft", run: () => void draft.save() }]);
  useLeaveWarning(draft.dirty);

  async function saveAbout() {
    const changes = changesOf(about, view);
    if (Object.keys(changes).length === 0) return;
    await answer(
      api.PATCH("/api/packages/{owner}/{name}", { params: { path: { owner, name } }, body: changes }),
    );
  }

  function saveAll() {
    void Promise.all([draft.save(), saveAbout()]).then(
      ([saved]) => saved && tell("Saved."),
      (problem: Error) => tell(problem.message, "error"),
    );
  }

  function publish(version: string, changelog: string) {
    const { text, format } = document;
    void publication
      .submit({ owner, name, version, changelog, text, format, examples }, saveAbout)
      .then(draft.settle);
  }

  return (
    <>
      <Workbench
        title={
          <>
            <h1>
              <Link href={`/workflows/${owner}/${name}`}>
                {owner}/{name}
              </Link>
            </h1>
            {draft.dirty && <span title="Not saved yet"> •</span>}
          </>
        }
        actions={
          <EditActions
            draft={draft}
            onSave={saveAll}
            onPublish={() => setPublishing(true)}
            errors={document.errors}
          />
        }
        document={document}
        about={about}
        onAbout={setAbout}
        owner={owner}
        fixedName
        examples={examples}
        onExamples={setExamples}
        before={before}
        signedIn
      />
      <PublishDialog
        open={publishing}
        onClose={() => setPublishing(false)}
        address={`${owner}/${name}`}
        proposed={nextVersion(versions)}
        publication={publication}
        onPublish={publish}
      />
    </>
  );
}

function EditActions({
  draft,
  onSave,
  onPublish,
  errors,
}: {
  draft: Draft;
  onSave: () => void;
  onPublish: () => void;
  errors: number;
}) {
  return (
    <>
      <Button
        icon={icons.Save}
        busy={draft.saving}
        onClick={onSave}
        title="Save the draft; nothing is published by this"
      >
        Save
      </Button>
      <Button
        variant="primary"
        icon={icons.Upload}
        onClick={onPublish}
        disabled={errors > 0}
        title={errors > 0 ? "Mend the errors first" : undefined}
      >
        Publish
      </Button>
    </>
  );
}

function useLeaveWarning(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
}

function NotYours({ owner, name }: Address) {
  return (
    <Page title={`${owner}/${name}`}>
      <EmptyState
        rank={1}
        icon={icons.GitFork}
        title={`${owner}/${name} is not yours to edit`}
        actions={
          <ButtonLink href={`/workflows/${owner}/${name}`} variant="primary">
            Go to its page
          </ButtonLink>
        }
      >
        Fork it there: the copy is yours, and its page remembers where it came from.
      </EmptyState>
    </Page>
  );
}
