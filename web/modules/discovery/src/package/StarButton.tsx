import { answer, api, type PackagePage, type PackageView, queries } from "@blok/api";
import { tell, useSession } from "@blok/state";
import { Button, count, icons } from "@blok/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";

type Community = NonNullable<PackagePage["community"]>;

/** Stars a package, or takes the star back; shown at once and mended when the hub refuses. */
export function StarButton({ about, community }: { about: PackageView; community: Community }) {
  const user = useSession(state => state.user);
  const [path, go] = useLocation();
  const client = useQueryClient();
  const key = queries.packagePage(about.owner, about.name).queryKey.slice(0, 3);
  const show = (starred: boolean) =>
    client.setQueriesData<PackagePage>(
      { queryKey: key },
      page => page && { ...page, community: { starred, stars: community.stars + (starred ? 1 : -1) } },
    );
  const star = useMutation({
    mutationFn: (starred: boolean) => {
      const request = { params: { path: { owner: about.owner, name: about.name } } };
      const place = "/api/packages/{owner}/{name}/star" as const;
      return answer<unknown>(starred ? api.PUT(place, request) : api.DELETE(place, request));
    },
    onMutate: show,
    onError: error => {
      show(community.starred);
      tell(error.message, "error");
    },
  });
  const press = () =>
    user ? star.mutate(!community.starred) : go(`/login?next=${encodeURIComponent(path)}`);
  return (
    <Button icon={icons.Star} aria-pressed={community.starred} onClick={press}>
      {community.starred ? "Starred" : "Star"}
      <span>{count(community.stars)}</span>
    </Button>
  );
}
