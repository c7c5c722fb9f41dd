import type { PackageView, Proposal } from "@blok/api";

/** What a package says of itself, as it stands in the form. */
export type About = {
  name: string;
  title: string;
  summary: string;
  category: string;
  tags: string;
  license: string;
  visibility: "public" | "unlisted" | "private";
  readme: string;
};

export const EMPTY: About = {
  name: "",
  title: "",
  summary: "",
  category: "other",
  tags: "",
  license: "Apache-2.0",
  visibility: "public",
  readme: "",
};

/** The form for a package that is there already. */
export function aboutOf(view: PackageView): About {
  const { name, title, summary, category, tags, license, visibility, readme } = view;
  return { name, title, summary, category, tags: tags.join(", "), license, visibility, readme };
}

/** What the file proposes, in every field that nobody has written in yet. */
export function proposed(proposal: Proposal, about: About, written: ReadonlySet<keyof About>): About {
  const from: Partial<About> = { ...proposal, tags: proposal.tags.join(", ") };
  const next = { ...about };
  for (const field of ["name", "title", "summary", "category", "tags", "readme"] as const) {
    if (!written.has(field)) next[field] = from[field] ?? "";
  }
  return next;
}

/** The tags of a form: words between commas, in the hub's way of writing. */
export function tagsOf(text: string): string[] {
  const words = text.split(",").map(each => each.trim().toLowerCase().replace(/\s+/g, "-"));
  return [...new Set(words.filter(Boolean))];
}

/** The fields that differ from what the package says now; `tags` as a list. */
export function changesOf(about: About, view: PackageView): Record<string, unknown> {
  const now = aboutOf(view);
  const changes: Record<string, unknown> = {};
  for (const field of ["title", "summary", "category", "license", "visibility", "readme"] as const) {
    if (about[field] !== now[field]) changes[field] = about[field];
  }
  const tags = tagsOf(about.tags);
  if (tags.join() !== view.tags.join()) changes.tags = tags;
  return changes;
}
