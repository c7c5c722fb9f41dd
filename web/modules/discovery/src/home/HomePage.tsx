import { queries, type SearchHit } from "@blok/api";
import { useSession } from "@blok/state";
import {
  CardGrid,
  CardSkeleton,
  categoryLook,
  Degraded,
  ErrorState,
  IconTile,
  PackageCard,
  Page,
  SearchField,
  Section,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { packageHref } from "../addresses.ts";
import { Hero } from "./Hero.tsx";
import css from "./HomePage.module.css";

const TRIES = ["verify a webhook", "csv to json", "retry another provider"];

/** Where a visitor begins: what this is, a search, what others run, what is new. */
export function HomePage() {
  const { data, error, refetch } = useQuery(queries.homePage());
  const [, go] = useLocation();
  const trending = data?.trending.filter(hit => hit.runs > 0);
  const featured = data && (trending?.[0] ?? telling(data.newest));
  return (
    <Page title="Blok">
      <div className={css.hero}>
        <div className={css.words}>
          {data?.total ? (
            <p className={css.lead}>
              {data.total.toLocaleString("en")} {data.total === 1 ? "workflow" : "workflows"} · every one runs
              right here
            </p>
          ) : null}
          <h1>
            Find it. Run it.
            <br />
            Make it yours.
          </h1>
          <p className={css.about}>
            The hub for Blok workflows: backends as JSON files. Open any workflow, press Run, and see every
            step with its data. Nothing to install.
          </p>
          <SearchField
            size="large"
            value=""
            autoFocus
            onSearch={words => go(words ? `/workflows?q=${encodeURIComponent(words)}` : "/workflows")}
          />
          <p className={css.tries}>
            Try
            {TRIES.map(words => (
              <Link key={words} href={`/workflows?q=${encodeURIComponent(words)}`}>
                {words}
              </Link>
            ))}
          </p>
        </div>
        <Hero featured={featured} />
      </div>
      {data && <Degraded services={data.degraded} />}
      {error ? (
        <ErrorState
          title="The catalogue cannot be shown"
          detail={error.message}
          onRetry={() => void refetch()}
        />
      ) : (
        <>
          <OwnWork />
          <Row title="Trending this week" hits={trending} href="/workflows?sort=trending" />
          <Categories counts={data?.facets.category} />
          <Row title="New" hits={data?.newest} href="/workflows?sort=updated" />
        </>
      )}
    </Page>
  );
}

/** While nothing was run yet: the one of the newest with the most to see that still fits into the picture. */
function telling(hits: SearchHit[]): SearchHit | undefined {
  return hits.filter(hit => hit.step_count <= 8).sort((a, b) => b.step_count - a.step_count)[0] ?? hits[0];
}

/** For those who are signed in: what they worked on last. */
function OwnWork() {
  const user = useSession(state => state.user);
  const { data } = useQuery({ ...queries.packagesOf(user?.handle ?? ""), enabled: user !== null });
  if (!user || !data || data.items.length === 0) return null;
  return (
    <Section title="Pick up where you left off" actions={<Link href="/dashboard">My packages</Link>}>
      <CardGrid>
        {data.items.slice(0, 3).map(each => (
          <PackageCard
            key={each.name}
            about={{ ...each, version: each.latest, forks: each.fork_count }}
            href={each.latest ? packageHref(each) : `${packageHref(each)}/edit`}
          />
        ))}
      </CardGrid>
    </Section>
  );
}

function Row({ title, hits, href }: { title: string; hits: SearchHit[] | undefined; href: string }) {
  if (hits?.length === 0) return null;
  return (
    <Section title={title} actions={<Link href={href}>See all</Link>}>
      <CardGrid>
        {hits
          ? hits
              .slice(0, 6)
              .map(hit => (
                <PackageCard key={`${hit.owner}/${hit.name}`} about={hit} href={packageHref(hit)} />
              ))
          : Array.from({ length: 3 }, (_, at) => <CardSkeleton key={`waiting-${String(at)}`} />)}
      </CardGrid>
    </Section>
  );
}

function Categories({ counts }: { counts: Record<string, number> | undefined }) {
  if (!counts || Object.keys(counts).length === 0) return null;
  return (
    <Section title="Browse by category">
      <ul className={css.categories}>
        {Object.entries(counts).map(([category, count]) => {
          const look = categoryLook(category);
          return (
            <li key={category}>
              <Link href={`/workflows?category=${category}`} className={css.category}>
                <IconTile icon={look.icon} tone={look.tone} />
                <span>
                  <strong>{look.name}</strong>
                  <small>
                    {count} {count === 1 ? "workflow" : "workflows"}
                  </small>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
