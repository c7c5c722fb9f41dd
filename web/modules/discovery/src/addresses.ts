/** The page of a package. */
export function packageHref(about: { owner: string; name: string; kind?: string }, version?: string): string {
  const place = about.kind === "node" ? "nodes" : "workflows";
  const query = version ? `?version=${encodeURIComponent(version)}` : "";
  return `/${place}/${about.owner}/${about.name}${query}`;
}
