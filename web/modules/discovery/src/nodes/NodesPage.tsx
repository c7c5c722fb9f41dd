import { queries } from "@blok/api";
import { Badge, EmptyState, ErrorState, icons, Page, PageHeader, Skeleton, TextField } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import css from "./nodes.module.css";

/** Every node that a workflow on this hub can use, with what it does. */
export function NodesPage() {
  const { data, error, refetch } = useQuery(queries.nodeReference());
  const [words, setWords] = useState("");
  const wanted = words.toLowerCase().split(/\s+/);
  const shown = data?.filter(node =>
    wanted.every(word => `${node.name} ${node.description}`.toLowerCase().includes(word)),
  );
  return (
    <Page title="Nodes">
      <PageHeader title="Nodes">
        The building blocks. Every workflow on this hub can use them; each has a schema for what goes in and
        what comes out.
      </PageHeader>
      {error ? (
        <ErrorState detail={error.message} onRetry={() => void refetch()} />
      ) : (
        <>
          <div className={css.filter}>
            <TextField
              label="Filter nodes"
              hideLabel
              type="search"
              placeholder="Filter by name or purpose"
              value={words}
              onChange={event => setWords(event.target.value)}
            />
            <span aria-live="polite">{shown && `${shown.length} of ${data?.length}`}</span>
          </div>
          {shown?.length === 0 && (
            <EmptyState icon={icons.SearchX} title="No node fits">
              Try another word, such as “hash”, “date” or “csv”.
            </EmptyState>
          )}
          <ul className={css.list}>
            {shown
              ? shown.map(node => (
                  <li key={node.name} className={css.node}>
                    <Link href={nodeHref(node.name)}>{node.name}</Link>
                    <p>{node.description}</p>
                    <Badge>{fieldsOf(node.input)}</Badge>
                  </li>
                ))
              : Array.from({ length: 9 }, (_, at) => <Skeleton key={`waiting-${String(at)}`} height={112} />)}
          </ul>
        </>
      )}
    </Page>
  );
}

/** The page of a node. */
export function nodeHref(name: string): string {
  return `/nodes/${name}`;
}

function fieldsOf(schema: Record<string, unknown>): string {
  const count = Object.keys((schema.properties as object | undefined) ?? {}).length;
  if (count === 0) return "any input";
  return count === 1 ? "1 input" : `${count} inputs`;
}
