import { queries } from "@blok/api";
import {
  Badge,
  ButtonLink,
  CardGrid,
  EmptyState,
  ErrorState,
  icons,
  JsonCode,
  PackageCard,
  Page,
  PageHeader,
  Section,
  Skeleton,
} from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { packageHref } from "../addresses.ts";
import css from "./nodes.module.css";

/** One node: what it does, what goes in, what comes out, and who uses it. */
export function NodePage({ name }: { name: string }) {
  const { data, error, refetch } = useQuery(queries.nodeReference());
  const users = useQuery(queries.search({ node: [name], per_page: 6, sort: "trending" }));
  const node = data?.find(each => each.name === name);
  if (error)
    return (
      <Framed name={name}>
        <ErrorState rank={1} detail={error.message} onRetry={() => void refetch()} />
      </Framed>
    );
  if (!data)
    return (
      <Framed name={name}>
        <Skeleton height={320} />
      </Framed>
    );
  if (!node) {
    return (
      <Framed name={name}>
        <EmptyState
          rank={1}
          icon={icons.SearchX}
          title={`There is no node ${name}`}
          actions={<ButtonLink href="/nodes">All nodes</ButtonLink>}
        >
          It may be part of a project of its own. The nodes of this hub are listed on one page.
        </EmptyState>
      </Framed>
    );
  }
  return (
    <Framed name={name}>
      <PageHeader title={<code>{node.name}</code>}>{node.description}</PageHeader>
      <div className={css.sides}>
        <Schema title="Input" schema={node.input} />
        <Schema title="Output" schema={node.output} />
      </div>
      {users.data && users.data.total > 0 && (
        <Section
          title="Used by"
          actions={
            <Link href={`/workflows?node=${encodeURIComponent(name)}`}>See all {users.data.total}</Link>
          }
        >
          <CardGrid>
            {users.data.hits.map(hit => (
              <PackageCard key={`${hit.owner}/${hit.name}`} about={hit} href={packageHref(hit)} />
            ))}
          </CardGrid>
        </Section>
      )}
    </Framed>
  );
}

function Framed({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Page title={name}>
      <nav className={css.trail} aria-label="Breadcrumb">
        <Link href="/nodes">Nodes</Link>
        <icons.ChevronRight size={14} aria-hidden />
        <span>{name}</span>
      </nav>
      {children}
    </Page>
  );
}

type Field = { name: string; type: string; required: boolean; description: string };

function Schema({ title, schema }: { title: string; schema: Record<string, unknown> }) {
  const fields = fieldsOf(schema);
  const told = fields.some(field => field.description);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {fields.length === 0 && <p className={css.any}>Any value.</p>}
      {fields.length > 0 && (
        <table className={css.fields}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Type</th>
              {told && <th scope="col">Meaning</th>}
            </tr>
          </thead>
          <tbody>
            {fields.map(field => (
              <tr key={field.name}>
                <th scope="row">
                  <code>{field.name}</code> {field.required && <Badge tone="primary">required</Badge>}
                </th>
                <td>
                  <code>{field.type}</code>
                </td>
                {told && <td>{field.description}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details>
        <summary>JSON Schema</summary>
        <JsonCode value={schema} label={`${title} schema`} wrap />
      </details>
    </section>
  );
}

function fieldsOf(schema: Record<string, unknown>): Field[] {
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries(properties).map(([name, about]) => ({
    name,
    type: typeOf(about),
    required: required.has(name),
    description: typeof about.description === "string" ? about.description : "",
  }));
}

function typeOf(schema: Record<string, unknown>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(each => JSON.stringify(each)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options)) return [...new Set(options.map(typeOf))].join(" | ");
  return typeof schema.type === "string" ? schema.type : "any";
}
