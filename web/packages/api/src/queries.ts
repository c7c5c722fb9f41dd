import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, readJson } from "./client.ts";
import type {
  Definition,
  Encoding,
  HomePage,
  LintAnswer,
  NodeReference,
  PackagePage,
  SearchAnswer,
  SearchQuestion,
} from "./types.ts";

/** What the home page shows. */
export const homePage = () =>
  queryOptions({ queryKey: ["home"], queryFn: () => readJson<HomePage>("/api/pages/home") });

/** What the page of a package shows, with the definition of `version` (the latest when absent). */
export const packagePage = (owner: string, name: string, version?: string) =>
  queryOptions({
    queryKey: ["package", owner, name, version ?? "latest"],
    queryFn: () => {
      const query = version ? `?version=${encodeURIComponent(version)}` : "";
      return readJson<PackagePage>(
        `/api/pages/package/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${query}`,
      );
    },
  });

/** Packages by words and facets; the answer before stays until the next one is there. */
export const search = (question: SearchQuestion) =>
  queryOptions({
    queryKey: ["search", question],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/search", { params: { query: question }, signal }))) as SearchAnswer,
    placeholderData: keepPreviousData,
  });

/** The definition of a version as a file. */
export const definitionText = (owner: string, name: string, version: string, format: Encoding) =>
  queryOptions({
    queryKey: ["definition", owner, name, version, format],
    queryFn: () =>
      answer(
        api.GET("/api/packages/{owner}/{name}/versions/{version}/definition", {
          params: { path: { owner, name, version }, query: { format } },
          parseAs: "text",
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The definition of a version as values. */
export const definition = (owner: string, name: string, version: string) =>
  queryOptions({
    queryKey: ["definition", owner, name, version],
    queryFn: () =>
      readJson<Definition>(
        `/api/packages/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}/definition`,
      ),
  });

/** The recorded examples of a version. */
export const examples = (owner: string, name: string, version: string) =>
  queryOptions({
    queryKey: ["examples", owner, name, version],
    queryFn: () =>
      answer(
        api.GET("/api/packages/{owner}/{name}/versions/{version}/examples", {
          params: { path: { owner, name, version } },
        }),
      ),
  });

/** The owner's working copy. */
export const draft = (owner: string, name: string) =>
  queryOptions({
    queryKey: ["draft", owner, name],
    queryFn: () =>
      answer(api.GET("/api/packages/{owner}/{name}/draft", { params: { path: { owner, name } } })),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

/** Packages of one account; one's own drafts included. */
export const packagesOf = (owner: string, page = 1) =>
  queryOptions({
    queryKey: ["packages", owner, page],
    queryFn: () => answer(api.GET("/api/packages", { params: { query: { owner, page, per_page: 50 } } })),
  });

/** A public profile. */
export const profile = (handle: string) =>
  queryOptions({
    queryKey: ["profile", handle],
    queryFn: () => answer(api.GET("/api/users/{handle}", { params: { path: { handle } } })),
  });

/** How a publication goes; asked again until it has ended. */
export const saga = (id: string) =>
  queryOptions({
    queryKey: ["saga", id],
    queryFn: () => answer(api.GET("/api/sagas/{saga_id}", { params: { path: { saga_id: id } } })),
    refetchInterval: query => (query.state.data && query.state.data.state !== "running" ? false : 400),
    staleTime: 0,
  });

/** What is wrong with a file, and what it says of itself. Nothing is kept of it. */
export const lint = (text: string, format: Encoding) =>
  queryOptions({
    queryKey: ["lint", format, text],
    queryFn: async () =>
      (await answer(api.POST("/api/lint", { body: { text, format, kind: "workflow" } }))) as LintAnswer,
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });

/** Every node that workflows on this hub can use. */
export const nodeReference = () =>
  queryOptions({
    queryKey: ["nodes"],
    queryFn: () => readJson<NodeReference[]>("/api/reference/nodes"),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The JSON Schema of workflow files. */
export const workflowSchema = () =>
  queryOptions({
    queryKey: ["workflow-schema"],
    queryFn: () => readJson<Record<string, unknown>>("/api/reference/workflow-schema"),
    staleTime: Number.POSITIVE_INFINITY,
  });
