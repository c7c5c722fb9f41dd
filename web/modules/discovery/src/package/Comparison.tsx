import { type PackageView, queries } from "@blok/api";
import { ErrorState, Skeleton } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

const VersionDiff = lazy(() => import("@blok/diff"));

/** What changed from one published version to another, on the canvas and in the text. */
export function Comparison({ about, before, after }: { about: PackageView; before: string; after: string }) {
  const old = useQuery(queries.definition(about.owner, about.name, before));
  const now = useQuery(queries.definition(about.owner, about.name, after));
  const error = old.error ?? now.error;
  if (error) return <ErrorState detail={error.message} />;
  if (!old.data || !now.data) return <Skeleton height={320} />;
  return (
    <Suspense fallback={<Skeleton height={320} />}>
      <VersionDiff before={old.data} after={now.data} labels={[before, after]} />
    </Suspense>
  );
}
