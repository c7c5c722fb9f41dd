import { type PackageSummary, queries } from "@blok/api";
import {
  Badge,
  ButtonLink,
  categoryLook,
  count,
  EmptyState,
  ErrorState,
  IconTile,
  icons,
  Page,
  PageHeader,
  Skeleton,
  TimeAgo,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import css from "./profile.module.css";
import { SignedIn } from "./SignedIn.tsx";

/** One's own packages, published and not. */
export function DashboardPage() {
  return <SignedIn title="My packages">{user => <Own handle={user.handle} />}</SignedIn>;
}

function Own({ handle }: { handle: string }) {
  const { data, error, refetch } = useQuery({ ...queries.packagesOf(handle), staleTime: 0 });
  return (
    <Page title="My packages" width="narrow">
      <PageHeader
        title="My packages"
        actions={
          <ButtonLink href="/workflows/create" variant="primary" icon={icons.Plus}>
            New workflow
          </ButtonLink>
        }
      >
        {data && `${data.total} ${data.total === 1 ? "package" : "packages"} under ${handle}/`}
      </PageHeader>
      {error && <ErrorState detail={error.message} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={240} />}
      {data?.total === 0 && (
        <EmptyState
          icon={icons.PackageOpen}
          title="Nothing here yet"
          actions={
            <>
              <ButtonLink href="/workflows/create" variant="primary" icon={icons.Upload}>
                Publish a workflow
              </ButtonLink>
              <ButtonLink href="/workflows" icon={icons.GitFork}>
                Fork one
              </ButtonLink>
            </>
          }
        >
          Publish a file of yours, or fork a workflow that does nearly what you need.
        </EmptyState>
      )}
      {data && data.total > 0 && (
        <ul className={css.rows}>
          {data.items.map(each => (
            <PackageRow key={each.name} about={each} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function PackageRow({ about }: { about: PackageSummary }) {
  const look = categoryLook(about.category);
  const address = `/workflows/${about.owner}/${about.name}`;
  return (
    <li className={css.row}>
      <IconTile icon={look.icon} tone={look.tone} />
      <div className={css.rowText}>
        <p>
          <Link href={about.latest ? address : `${address}/edit`} className={css.rowName}>
            {about.name}
          </Link>{" "}
          {about.latest ? <Badge tone="success">{about.latest}</Badge> : <Badge tone="warning">draft</Badge>}{" "}
          {about.visibility !== "public" && <Badge>{about.visibility}</Badge>}
        </p>
        <p className={css.muted}>{about.summary || about.title}</p>
      </div>
      <p className={css.when}>
        {about.fork_count > 0 && `${count(about.fork_count)} ${about.fork_count === 1 ? "fork" : "forks"} · `}
        <TimeAgo moment={about.updated_at} />
      </p>
      <ButtonLink href={`${address}/edit`} size="small" icon={icons.Pencil} aria-label={`Edit ${about.name}`}>
        Edit
      </ButtonLink>
    </li>
  );
}
