import type { components, paths } from "./schema.d.ts";

type Schemas = components["schemas"];
export type PackageView = Schemas["PackageView"];
export type PackageSummary = Schemas["PackageSummary"];
export type VersionView = Schemas["VersionView"];
export type Lineage = Schemas["Lineage"];
export type Profile = Schemas["Profile"];
export type OwnProfile = Schemas["OwnProfile"];
export type RunView = Schemas["RunView"];
export type TraceStep = Schemas["TraceStep"];
export type SagaView = Schemas["SagaView"];
/** The shape of a workflow without its data; the hub always sends the arms. */
export type SketchStep = { use: string; arms: SketchStep[][] };
export type SearchHit = Omit<Schemas["SearchHit"], "sketch"> & { sketch: SketchStep[] };
export type SearchAnswer = Omit<Schemas["SearchAnswer"], "hits"> & { hits: SearchHit[] };
export type SearchQuestion = NonNullable<paths["/api/search"]["get"]["parameters"]["query"]>;
export type Example = Schemas["Example"];
export type RunRequest = Partial<Example["request"]>;
export type Fixture = Schemas["Fixture"];
export type Definition = Record<string, unknown>;
export type Encoding = "json" | "yaml" | "toml";

/** Composed by the gateway; a part is null when its service does not answer, and is named in `degraded`. */
export type PackagePage = {
  package: PackageView | null;
  versions: VersionView[] | null;
  lineage: Lineage | null;
  definition: Definition | null;
  examples: Example[] | null;
  author: Profile | null;
  community?: { stars: number; starred: boolean } | null;
  degraded: string[];
};

export type HomePage = {
  trending: SearchHit[];
  newest: SearchHit[];
  facets: Record<string, Record<string, number>>;
  total: number | null;
  degraded: string[];
};

/** A rule that a file breaks, at a line and column that count from 1. */
export type LintProblem = {
  rule: string;
  severity: "error" | "warning" | "info";
  message: string;
  fix: string;
  line: number;
  column: number;
};

/** What a file says of itself, as a first proposal for its package. */
export type Proposal = {
  name: string;
  title: string;
  summary: string;
  category: string;
  tags: string[];
  readme: string;
  version: string;
};

export type LintAnswer = {
  problems: LintProblem[];
  definition: Definition | null;
  digest: string | null;
  outline: Schemas["Outline"] | null;
  proposal: Proposal | null;
};

/** A node with the JSON Schemas of what goes in and what comes out. */
export type NodeReference = { name: string; description: string; input: Definition; output: Definition };
