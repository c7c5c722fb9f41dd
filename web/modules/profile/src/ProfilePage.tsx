import { Problem, queries } from "@blok/api";
import { useInterface, useSession } from "@blok/state";
import {
  Avatar,
  ButtonLink,
  CardGrid,
  CardSkeleton,
  EmptyState,
  ErrorState,
  icons,
  PackageCard,
  Page,
  Section,
  Skeleton,
  TimeAgo,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import css from "./profile.module.css";

/** A person: what they say of themselves, how they earned their reputation, and what they have published. */
export function ProfilePage({ handle }: { handle: string }) {
  const { data, error, refetch } = useQuery(queries.profile(handle));
  const own = useSession(state => state.user?.handle === handle);
  if (error) {
    return (
      <Page title={handle}>
        {error instanceof Problem && error.status === 404 ? (
          <EmptyState
            rank={1}
            icon={icons.User}
            title={`There is nobody called ${handle}`}
            actions={<ButtonLink href="/workflows">Discover workflows</ButtonLink>}
          />
        ) : (
          <ErrorState rank={1} detail={error.message} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page title={handle}>
      <header className={css.person}>
        <Avatar handle={handle} size={64} />
        {data ? (
          <div>
            <h1>{data.display_name || data.handle}</h1>
            <p className={css.muted}>
              @{data.handle} · here since <TimeAgo moment={data.created_at} />
              {data.location && ` · ${data.location}`}
            </p>
            {data.bio && <p className={css.bio}>{data.bio}</p>}
            {/^https?:\/\//.test(data.website) && (
              <a href={data.website} rel="nofollow ugc noopener" target="_blank">
                {data.website.replace(/^https?:\/\//, "")}
              </a>
            )}
          </div>
        ) : (
          <Skeleton width={240} height={56} />
        )}
        {own && (
          <ButtonLink href="/settings" icon={icons.Settings}>
            Edit profile
          </ButtonLink>
        )}
      </header>
      {data && data.reputation.total > 0 && (
        <p className={css.reputation}>
          <icons.Sparkles size={16} aria-hidden />
          <strong>{data.reputation.total.toLocaleString("en")}</strong> reputation:{" "}
          {data.reputation.breakdown
            .map(part => `${part.points} for ${part.count} × ${part.cause.replaceAll("_", " ")}`)
            .join(", ")}
        </p>
      )}
      <Published handle={handle} />
    </Page>
  );
}

function Published({ handle }: { handle: string }) {
  const layout = useInterface(state => state.layout);
  const { data, error } = useQuery(queries.search({ owner: handle, sort: "updated", per_page: 48 }));
  return (
    <Section title={data ? `Published · ${data.total}` : "Published"}>
      {error && <ErrorState rank={1} detail={error.message} />}
      {data?.total === 0 && <p className={css.muted}>Nothing public so far.</p>}
      <CardGrid layout={layout}>
        {data
          ? data.hits.map(hit => (
              <PackageCard
                key={hit.name}
                about={hit}
                layout={layout}
                href={`/${hit.kind === "node" ? "nodes" : "workflows"}/${hit.owner}/${hit.name}`}
              />
            ))
          : !error && <CardSkeleton />}
      </CardGrid>
    </Section>
  );
}
