import { queries, type SearchHit } from "@blok/api";
import { readFlow } from "@blok/graph";
import { useRun } from "@blok/run";
import { Badge, Button, icons, milliseconds, Skeleton } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { packageHref } from "../addresses.ts";
import css from "./Hero.module.css";

const Canvas = lazy(() => import("../run/Canvas.tsx"));

/** A workflow of the catalogue to run at once: a real run, in the sandbox, with its recorded example. */
export function Hero({ featured }: { featured: SearchHit | undefined }) {
  if (!featured) {
    return (
      <div className={css.frame}>
        <Skeleton height="100%" />
      </div>
    );
  }
  return <LiveFlow key={`${featured.owner}/${featured.name}`} hit={featured} />;
}

function LiveFlow({ hit }: { hit: SearchHit }) {
  const { data } = useQuery(queries.packagePage(hit.owner, hit.name));
  const flow = useMemo(() => (data?.definition ? readFlow(data.definition) : null), [data]);
  const { state, flowRun, start } = useRun({ package: `${hit.owner}/${hit.name}` }, flow);
  const example = data?.examples?.[0];
  const response = state.kind === "done" ? (state.run.response as { status: number } | null) : null;
  return (
    <section className={css.frame} aria-label={`Try it: ${hit.title}`}>
      <header className={css.header}>
        <Link href={packageHref(hit)} className={css.title}>
          {hit.title}
        </Link>
        {response && state.kind === "done" ? (
          <Badge tone={response.status < 400 ? "success" : "warning"}>
            {response.status} · {milliseconds(state.run.duration_ms)}
          </Badge>
        ) : null}
        <Button
          size="small"
          variant={state.kind === "done" ? "secondary" : "primary"}
          icon={icons.Play}
          busy={state.kind === "running"}
          onClick={() => start(example ? { example: example.name } : {})}
        >
          {state.kind === "done" ? "Run again" : "Run it now"}
        </Button>
      </header>
      <div className={css.canvas}>
        <Suspense fallback={<Skeleton height="100%" />}>
          {flow ? (
            <Canvas flow={flow} run={flowRun} playing interactive={false} />
          ) : (
            <Skeleton height="100%" />
          )}
        </Suspense>
      </div>
      {state.kind === "failed" && (
        <p className={css.problem} role="alert">
          {state.problem.message}
        </p>
      )}
    </section>
  );
}
