import type { Example } from "@blok/api";
import { readFlow } from "@blok/graph";
import { RunPanel, useRun } from "@blok/run";
import { ButtonLink, EmptyState, icons, Markdown, Skeleton } from "@blok/ui";
import { lazy, Suspense, useMemo } from "react";
import css from "./PackagePage.module.css";
import type { LoadedPackage } from "./PackagePage.tsx";

const Canvas = lazy(() => import("../run/Canvas.tsx"));
const NO_EXAMPLES: Example[] = [];

/** The canvas with the panel that runs it, and the documentation below. */
export function Overview({ data, version }: { data: LoadedPackage; version: string | undefined }) {
  const about = data.package;
  const flow = useMemo(
    () => (data.definition && about.kind === "workflow" ? readFlow(data.definition) : null),
    [data.definition, about.kind],
  );
  const runner = useRun({ package: `${about.owner}/${about.name}`, version }, flow);
  if (!data.definition) return <Unpublished data={data} />;
  // All of it at once where the window allows; a big one pans inside of its frame.
  const tallest = Math.max(360, Math.round(window.innerHeight * 0.75));
  const hosts = about.outline?.hosts ?? [];
  return (
    <div className={css.split}>
      <div className={css.main}>
        {flow && (
          <div className={css.canvas}>
            <Suspense fallback={<Skeleton height={420} />}>
              <Canvas
                flow={flow}
                run={runner.flowRun}
                playing
                maxHeight={tallest}
                selected={runner.selection?.key ?? null}
                onSelect={runner.select}
              />
            </Suspense>
          </div>
        )}
        <div className={css.readme}>
          <Facts data={data} version={version} />
          {about.readme ? (
            <Markdown text={withoutTitle(about.readme)} />
          ) : (
            <p>Its author has not written a README yet.</p>
          )}
        </div>
      </div>
      {flow && (
        <div className={css.side}>
          <RunPanel
            flow={flow}
            examples={data.examples ?? NO_EXAMPLES}
            runner={runner}
            limits={hosts.length > 0 ? "sandbox · recorded answers" : "sandbox · no network"}
          />
        </div>
      )}
    </div>
  );
}

function Unpublished({ data }: { data: LoadedPackage }) {
  const { owner, name } = data.package;
  const missing = data.degraded.length > 0;
  return (
    <EmptyState
      icon={icons.PackageOpen}
      title={missing ? "The definition cannot be shown right now" : "Nothing is published yet"}
      actions={
        !missing && (
          <ButtonLink href={`/workflows/${owner}/${name}/edit`} variant="primary" icon={icons.Pencil}>
            Open the draft
          </ButtonLink>
        )
      }
    >
      {missing
        ? "Try again in a moment."
        : "The package has a name and a draft, and waits for its first version."}
    </EmptyState>
  );
}

function Facts({ data, version }: { data: LoadedPackage; version: string | undefined }) {
  const about = data.package;
  const shown = data.versions?.find(each => each.version === version);
  const outline = shown?.outline ?? about.outline;
  return (
    <dl className={css.facts}>
      {outline && (
        <>
          <div>
            <dt>Steps</dt>
            <dd>{outline.step_count}</dd>
          </div>
          <div>
            <dt>Started by</dt>
            <dd>{outline.triggers?.join(", ") || "hand"}</dd>
          </div>
          <div>
            <dt>Format</dt>
            <dd>generation {outline.generation}</dd>
          </div>
        </>
      )}
      {about.tags.length > 0 && (
        <div>
          <dt>Tags</dt>
          <dd>{about.tags.join(", ")}</dd>
        </div>
      )}
      {shown && shown.warnings.length > 0 && (
        <div className={css.warnings}>
          <dt>Good to know</dt>
          {shown.warnings.map(warning => (
            <dd key={warning}>{warning}</dd>
          ))}
        </div>
      )}
    </dl>
  );
}

/** The page has a title already: a README's own first headline would say it twice. */
function withoutTitle(readme: string): string {
  return readme.replace(/^\s*# [^\n]*\n+/, "");
}
