import { answer, api, type Example, Problem } from "@blok/api";
import { tell, useSession } from "@blok/state";
import { Button, icons, useTitle } from "@blok/ui";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { PublishDialog } from "../publish/PublishDialog.tsx";
import { usePublication } from "../publish/usePublication.ts";
import { type About, EMPTY, proposed, tagsOf } from "../workbench/about.ts";
import { useDocument } from "../workbench/useDocument.ts";
import { Workbench } from "../workbench/Workbench.tsx";
import type { WorkflowFile } from "./files.ts";

/** A file on its way to become a package: what it says of itself is proposed, and can be changed. */
export function NewPackage({ file, onBack }: { file: WorkflowFile; onBack: () => void }) {
  const document = useDocument(file.text, file.format);
  const user = useSession(state => state.user);
  const [, go] = useLocation();
  const written = useRef(new Set<keyof About>());
  const [about, setAbout] = useState<About>(EMPTY);
  const [examples, setExamples] = useState<Example[]>([]);
  const [publishing, setPublishing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const made = useRef<string | null>(null);
  const publication = usePublication();
  useTitle("Publish a workflow");

  const proposal = document.lint?.proposal;
  useEffect(() => {
    if (proposal) setAbout(now => proposed(proposal, now, written.current));
  }, [proposal]);

  function change(next: About, field: keyof About) {
    written.current.add(field);
    setAbout(next);
    setProblem(undefined);
  }

  /** Make the package before its first version; a second attempt finds it there. */
  async function make() {
    const { name, tags, ...rest } = about;
    if (made.current === name) return;
    try {
      const category = rest.category as "other";
      await answer(
        api.POST("/api/packages", {
          body: { ...rest, category, name, tags: tagsOf(tags), kind: "workflow" },
        }),
      );
      made.current = name;
    } catch (refused) {
      if (refused instanceof Problem) setProblem(refused);
      throw refused;
    }
  }

  function publish(version: string, changelog: string) {
    if (!user) return;
    const { text, format } = document;
    void publication.submit(
      { owner: user.handle, name: about.name, version, changelog, text, format, examples },
      make,
    );
  }

  function begin() {
    if (user) setPublishing(true);
    else {
      tell("Sign in first; the file stays here when you do it in another window.", "error");
      window.open(`/login?next=${encodeURIComponent("/dashboard")}`, "_blank", "noopener");
    }
  }

  return (
    <>
      <Workbench
        title={<h1>New workflow</h1>}
        actions={
          <>
            <Button icon={icons.ArrowLeft} variant="quiet" onClick={onBack}>
              Another file
            </Button>
            <Button
              variant="primary"
              icon={icons.Upload}
              onClick={begin}
              disabled={document.errors > 0 || !document.lint}
            >
              {user ? "Publish" : "Sign in to publish"}
            </Button>
          </>
        }
        document={document}
        about={about}
        onAbout={change}
        owner={user?.handle}
        fixedName={false}
        examples={examples}
        onExamples={setExamples}
        problem={problem}
        signedIn={user !== null}
      />
      <PublishDialog
        open={publishing}
        onClose={() => {
          setPublishing(false);
          if (made.current && publication.state === "completed")
            go(`/workflows/${user?.handle}/${made.current}/edit`);
        }}
        address={`${user?.handle ?? "you"}/${about.name}`}
        proposed={proposal?.version ?? "1.0.0"}
        publication={publication}
        onPublish={publish}
      />
    </>
  );
}
