import type { SearchQuestion } from "@blok/api";

/** What can be chosen on the page, and how each is called in its address. */
export const SORTS = [
  { value: "relevance", label: "Best match" },
  { value: "trending", label: "Trending" },
  { value: "updated", label: "Recently updated" },
  { value: "name", label: "Name" },
] as const;
const MANY = ["tag", "node"] as const;
const ONE = ["category", "kind", "owner"] as const;
export const PER_PAGE = 24;

/** The question that an address asks. What an address says and nobody knows is left aside. */
export function questionOf(parameters: URLSearchParams): SearchQuestion {
  const sort = SORTS.find(({ value }) => value === parameters.get("sort"))?.value;
  const question: Record<string, unknown> = {
    q: parameters.get("q") ?? "",
    sort: sort ?? (parameters.get("q") ? "relevance" : "trending"),
    page: Math.max(1, Math.min(500, Number.parseInt(parameters.get("page") ?? "1", 10) || 1)),
    per_page: PER_PAGE,
  };
  for (const name of ONE) if (parameters.get(name)) question[name] = parameters.get(name);
  for (const name of MANY) if (parameters.has(name)) question[name] = parameters.getAll(name);
  return question as SearchQuestion;
}

export type Chosen = { facet: string; value: string };

/** The filters that an address sets, in the order in which they stand there. */
export function chosenOf(parameters: URLSearchParams): Chosen[] {
  const known = new Set<string>([...ONE, ...MANY]);
  return [...parameters]
    .filter(([name, value]) => known.has(name) && value)
    .map(([facet, value]) => ({ facet, value }));
}

/** The address with one filter more, or without it when it was set. */
export function toggled(parameters: URLSearchParams, { facet, value }: Chosen): URLSearchParams {
  const next = new URLSearchParams(parameters);
  next.delete("page");
  const values = next.getAll(facet);
  next.delete(facet);
  if ((MANY as readonly string[]).includes(facet)) {
    for (const each of values.includes(value) ? values.filter(old => old !== value) : [...values, value])
      next.append(facet, each);
  } else if (!values.includes(value)) {
    next.set(facet, value);
  }
  return next;
}
