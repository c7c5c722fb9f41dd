import { type Definition, type Example, type Problem, queries } from "@blok/api";
import { RunPanel, useRun } from "@blok/run";
import { Badge, EmptyState, icons, Skeleton, Spinner, type Tab, Tabs } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { Knowledge } from "../code/schema.ts";
import { AboutForm } from "./AboutForm.tsx";
import type { About } from "./about.ts";
import { Examples } from "./Examples.tsx";
import { KeepExample } from "./KeepExample.tsx";
import { Problems } from "./Problems.tsx";
import type { WorkflowDocument } from "./useDocument.ts";
import css from "./Workbench.module.css";

const CodeEditor = lazy(() =>
  import("../code/CodeEditor.tsx").then(module => ({ default: module.CodeEditor })),
);
const FlowCanvas = lazy(() => import("@blok/canvas").then(module => ({ default: module.FlowCanvas })));
const VersionDiff = lazy(() => import("@blok/diff"));

type View = "problems" | "run" | "about" | "examples" | "changes";

type Props = {
  title: ReactNode;
  actions: ReactNode;
  document: WorkflowDocument;
  about: About;
  onAbout: (about: About, field: keyof About) => void;
  owner: string | undefined;
  fixedName: boolean;
  examples: Example[];
  onExamples: (examples: Example[]) => void;
  problem?: Problem | undefined;
  /** The published version that the text is compared with. */
  before?: { version: string; definition: Definition } | undefined;
  signedIn: boolean;
};

/** The file on one side, what it means on the other: the canvas follows the text as it is typed. */
export function Workbench(props: Props) {
  const {
    title,
    actions,
    document,
    about,
    onAbout,
    owner,
    fixedName,
    examples,
    onExamples,
    problem,
    before,
    signedIn,
  } = props;
  const [view, setView] = useState<View>(before ? "run" : "about");
  const knowledge = useKnowledge();
  const source = useMemo(
    () => ({
      definition: document.definition ?? {},
      fixtures: examples.flatMap(each => each.fixtures ?? []),
    }),
    [document.definition, examples],
  );
  const runner = useRun(source, document.flow);
  const views: Tab<View>[] = [
    { name: "problems", label: "Problems", count: document.lint?.problems.length || undefined },
    { name: "run", label: "Run" },
    { name: "about", label: "About" },
    { name: "examples", label: "Examples", count: examples.length || undefined },
  ];
  if (before) views.push({ name: "changes", label: "Changes" });
  return (
    <div className={css.bench}>
      <header className={css.toolbar}>
        <div className={css.title}>{title}</div>
        <State document={document} onShow={() => setView("problems")} />
        <div className={css.actions}>{actions}</div>
      </header>
      <section className={css.code} aria-label="Definition">
        <Suspense fallback={<Skeleton height="100%" />}>
          <CodeEditor
            text={document.text}
            format={document.format}
            problems={document.lint?.problems ?? NONE}
            knowledge={knowledge}
            label="Definition of the workflow"
            onChange={document.setText}
          />
        </Suspense>
      </section>
      <section className={css.canvas} aria-label="Canvas">
        <Suspense fallback={<Skeleton height="100%" />}>
          {document.flow ? (
            <FlowCanvas
              flow={document.flow}
              run={runner.flowRun}
              playing
              selected={runner.selection?.key ?? null}
              onSelect={runner.select}
              minimap={(document.lint?.outline?.step_count ?? 0) > MANY_STEPS}
            />
          ) : (
            <EmptyState icon={icons.Workflow} title="Nothing to draw yet">
              The canvas follows the file as soon as it can be read.
            </EmptyState>
          )}
        </Suspense>
      </section>
      <section className={css.panel} aria-label="About the file">
        <Tabs label="About the file" tabs={views} active={view} onChange={setView} />
        <div className={css.view}>
          {view === "problems" && <Problems document={document} />}
          {view === "run" && document.flow && (
            <>
              <RunPanel
                flow={document.flow}
                examples={examples}
                runner={runner}
                limits="sandbox · recorded answers"
                byDefinition
                refusal={signedIn ? undefined : "Sign in to run a definition that is not published."}
              />
              <KeepExample
                runner={runner}
                taken={examples.map(each => each.name)}
                onKeep={each => onExamples([...examples, each])}
              />
            </>
          )}
          {view === "about" && (
            <AboutForm
              about={about}
              onChange={onAbout}
              owner={owner}
              fixedName={fixedName}
              problem={problem}
            />
          )}
          {view === "examples" && <Examples examples={examples} onChange={onExamples} />}
          {view === "changes" && before && document.definition && (
            <Suspense fallback={<Skeleton height={240} />}>
              <VersionDiff
                before={before.definition}
                after={document.definition}
                labels={[before.version, "this text"]}
              />
            </Suspense>
          )}
        </div>
      </section>
    </div>
  );
}

const NONE: never[] = [];
/** A small picture of the whole helps from here on; before, it only hides something. */
const MANY_STEPS = 12;

function State({ document, onShow }: { document: WorkflowDocument; onShow: () => void }) {
  if (!document.fresh && !document.lintProblem) {
    return (
      <span className={css.checking}>
        <Spinner size={14} /> checking
      </span>
    );
  }
  return (
    <button type="button" className={css.state} onClick={onShow} aria-live="polite">
      {document.lintProblem ? (
        <Badge tone="warning" icon={icons.TriangleAlert}>
          not checked
        </Badge>
      ) : document.errors > 0 ? (
        <Badge tone="error" icon={icons.CircleAlert}>
          {document.errors} {document.errors === 1 ? "error" : "errors"}
        </Badge>
      ) : (
        <Badge tone="success" icon={icons.CircleCheck}>
          no errors
        </Badge>
      )}
    </button>
  );
}

function useKnowledge(): Knowledge | null {
  const schema = useQuery(queries.workflowSchema()).data;
  const nodes = useQuery(queries.nodeReference()).data;
  return useMemo(() => (schema && nodes ? new Knowledge(schema, nodes) : null), [schema, nodes]);
}
