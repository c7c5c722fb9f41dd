import { type PackagePage as PackageData, Problem, queries } from "@blok/api";
import {
  ButtonLink,
  Degraded,
  EmptyState,
  ErrorState,
  icons,
  Page,
  Skeleton,
  type Tab,
  Tabs,
  useTitle,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { DefinitionTab } from "./DefinitionTab.tsx";
import { LineageTab } from "./LineageTab.tsx";
import { Overview } from "./Overview.tsx";
import { PackageHead } from "./PackageHead.tsx";
import css from "./PackagePage.module.css";
import { VersionsTab } from "./VersionsTab.tsx";

type View = "overview" | "definition" | "versions" | "lineage";

/** A package: what it does, running it, its definition, versions and lineage. */
export function PackagePage({ owner, name }: { owner: string; name: string }) {
  const [parameters] = useSearchParams();
  const wanted = parameters.get("version") ?? undefined;
  const { data, error, refetch } = useQuery(queries.packagePage(owner, name, wanted));
  if (error) return <Failed problem={error} owner={owner} name={name} onRetry={() => void refetch()} />;
  if (!data) return <Waiting owner={owner} name={name} />;
  if (!data.package) {
    return (
      <Page title={`${owner}/${name}`}>
        <Degraded services={data.degraded} />
        <ErrorState
          rank={1}
          title="The package cannot be shown right now"
          detail="The service that keeps packages does not answer. Try again in a moment."
          onRetry={() => void refetch()}
        />
      </Page>
    );
  }
  return <Loaded data={{ ...data, package: data.package }} wanted={wanted} />;
}

export type LoadedPackage = PackageData & { package: NonNullable<PackageData["package"]> };

function Loaded({ data, wanted }: { data: LoadedPackage; wanted: string | undefined }) {
  const [parameters, setParameters] = useSearchParams();
  const about = data.package;
  useTitle(about.title);
  const version = wanted ?? about.latest ?? undefined;
  const views: Tab<View>[] = [
    { name: "overview", label: "Overview", icon: icons.Workflow },
    { name: "definition", label: "Definition", icon: icons.Braces },
    { name: "versions", label: "Versions", icon: icons.History, count: data.versions?.length },
    { name: "lineage", label: "Lineage", icon: icons.GitBranch },
  ];
  const view = views.find(({ name }) => name === parameters.get("tab"))?.name ?? "overview";
  const show = (next: View) => {
    const changed = new URLSearchParams(parameters);
    if (next === "overview") changed.delete("tab");
    else changed.set("tab", next);
    setParameters(changed, { replace: true });
  };
  return (
    <>
      <div className={css.head}>
        <PackageHead data={data} version={version} />
        <Degraded services={data.degraded} />
        <Tabs label="Parts of the package" tabs={views} active={view} onChange={show} />
      </div>
      {view === "overview" && <Overview key={version} data={data} version={version} />}
      {view === "definition" && <DefinitionTab about={about} version={version} />}
      {view === "versions" && <VersionsTab about={about} versions={data.versions} />}
      {view === "lineage" && <LineageTab about={about} lineage={data.lineage} />}
    </>
  );
}

function Failed({
  problem,
  owner,
  name,
  onRetry,
}: {
  problem: Error;
  owner: string;
  name: string;
  onRetry: () => void;
}) {
  const missing = problem instanceof Problem && problem.status === 404;
  return (
    <Page title={`${owner}/${name}`}>
      {missing ? (
        <EmptyState
          rank={1}
          icon={icons.PackageOpen}
          title={`There is no package ${owner}/${name}`}
          actions={
            <ButtonLink href={`/workflows?q=${encodeURIComponent(name)}`} variant="primary">
              Search for it
            </ButtonLink>
          }
        >
          It may have another name, or it is private and you are not signed in as its owner.
        </EmptyState>
      ) : (
        <ErrorState rank={1} detail={problem.message} onRetry={onRetry} />
      )}
    </Page>
  );
}

function Waiting({ owner, name }: { owner: string; name: string }) {
  useTitle(`${owner}/${name}`);
  return (
    <div aria-busy role="status">
      <span className="visually-hidden">Loading the package</span>
      <div className={css.head}>
        <Skeleton width={160} height={16} />
        <Skeleton width={420} height={32} />
        <Skeleton width={560} height={18} />
        <Skeleton width={320} height={24} round />
        <Skeleton width={400} height={36} />
      </div>
      <div className={css.split}>
        <Skeleton height={480} />
        <div className={css.side}>
          <Skeleton height={420} />
        </div>
      </div>
    </div>
  );
}
