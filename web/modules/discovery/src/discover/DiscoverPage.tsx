import { queries } from "@blok/api";
import { setLayout, useInterface } from "@blok/state";
import {
  Button,
  ButtonLink,
  CardGrid,
  CardSkeleton,
  categoryLook,
  EmptyState,
  ErrorState,
  IconButton,
  icons,
  PackageCard,
  Page,
  Select,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useSearchParams } from "wouter";
import { packageHref } from "../addresses.ts";
import css from "./DiscoverPage.module.css";
import { Facets } from "./Facets.tsx";
import { Pages } from "./Pages.tsx";
import { chosenOf, questionOf, SORTS, toggled } from "./question.ts";

/** Search as you type, with filters. Everything that is chosen stands in the address. */
export function DiscoverPage() {
  const [parameters, setParameters] = useSearchParams();
  const question = useDeferredValue(questionOf(parameters));
  const { data, error, isPlaceholderData, refetch } = useQuery(queries.search(question));
  const [filtersOpen, setFiltersOpen] = useState(false);
  const layout = useInterface(state => state.layout);
  const words = parameters.get("q") ?? "";
  const chosen = chosenOf(parameters);
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(parameters);
    next.set(name, value);
    if (name !== "page") next.delete("page");
    setParameters(next);
  };
  const clear = () => setParameters(words ? { q: words } : {});
  return (
    <Page title={words ? `“${words}”` : "Discover"}>
      <div className={css.page}>
        <aside className={filtersOpen ? css.asideOpen : css.aside} aria-label="Filters">
          {data && (
            <Facets
              counts={data.facets}
              parameters={parameters}
              onToggle={each => setParameters(toggled(parameters, each))}
            />
          )}
        </aside>
        <div className={css.main} aria-busy={isPlaceholderData}>
          <header className={css.header}>
            <h1 aria-live="polite">
              {data ? countOf(data.total) : "Workflows"}
              {words && <small> for “{words}”</small>}
            </h1>
            <div className={css.tools}>
              <span className={css.phoneOnly}>
                <Button
                  icon={icons.SlidersHorizontal}
                  aria-expanded={filtersOpen}
                  onClick={() => setFiltersOpen(!filtersOpen)}
                >
                  Filters{chosen.length > 0 && ` · ${chosen.length}`}
                </Button>
              </span>
              <Select
                label="Sort by"
                hideLabel
                value={question.sort ?? ""}
                onChange={event => choose("sort", event.target.value)}
              >
                {SORTS.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
              <span className={css.layouts}>
                <IconButton
                  icon={icons.LayoutGrid}
                  label="Show as cards"
                  pressed={layout === "grid"}
                  onClick={() => setLayout("grid")}
                />
                <IconButton
                  icon={icons.List}
                  label="Show as a list"
                  pressed={layout === "list"}
                  onClick={() => setLayout("list")}
                />
              </span>
            </div>
          </header>
          {chosen.length > 0 && (
            <ul className={css.chosen} aria-label="Filters that are set">
              {chosen.map(each => (
                <li key={`${each.facet}=${each.value}`}>
                  <button type="button" onClick={() => setParameters(toggled(parameters, each))}>
                    {each.facet === "category" ? categoryLook(each.value).name : each.value}
                    <icons.X size={14} aria-label="remove" />
                  </button>
                </li>
              ))}
              <li>
                <Button variant="quiet" size="small" onClick={clear}>
                  Clear
                </Button>
              </li>
            </ul>
          )}
          {data?.relaxed && <p className={css.relaxed}>Nothing has exactly these words; these come near.</p>}
          {error ? (
            <ErrorState
              title="The search does not answer"
              detail={error.message}
              onRetry={() => void refetch()}
            />
          ) : data?.total === 0 ? (
            <Nothing words={words} filtered={chosen.length > 0} onClear={clear} />
          ) : (
            <>
              <h2 className="visually-hidden">Results</h2>
              <CardGrid layout={layout}>
                {data
                  ? data.hits.map(hit => (
                      <PackageCard
                        key={`${hit.owner}/${hit.name}`}
                        about={hit}
                        href={packageHref(hit)}
                        layout={layout}
                      />
                    ))
                  : Array.from({ length: 6 }, (_, at) => <CardSkeleton key={`waiting-${String(at)}`} />)}
              </CardGrid>
              {data && (
                <Pages
                  page={data.page}
                  last={Math.ceil(data.total / data.per_page)}
                  onPage={page => choose("page", String(page))}
                />
              )}
            </>
          )}
        </div>
      </div>
    </Page>
  );
}

function countOf(total: number): string {
  return total === 1 ? "1 result" : `${total.toLocaleString("en")} results`;
}

function Nothing({ words, filtered, onClear }: { words: string; filtered: boolean; onClear: () => void }) {
  return (
    <EmptyState
      icon={icons.PackageSearch}
      title={words ? `Nothing fits “${words}”` : "Nothing fits these filters"}
      actions={
        <>
          {filtered && <Button onClick={onClear}>Clear the filters</Button>}
          <ButtonLink href="/workflows">Show everything</ButtonLink>
          <ButtonLink href="/workflows/create" variant="primary">
            Publish the first
          </ButtonLink>
        </>
      }
    >
      Try fewer or other words, or the name of a node such as @blokjs/api-call.
    </EmptyState>
  );
}
