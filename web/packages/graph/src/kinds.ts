import type { NodeKind } from "./types.ts";

const KINDS: Record<NodeKind, readonly string[]> = {
  trigger: [],
  answer: ["respond"],
  ai: ["llm-stream", "openai", "mastra-agent"],
  check: [
    "validate",
    "validate-email",
    "json-schema",
    "json-validator",
    "jwt-verify",
    "hmac-verify",
    "totp-verify",
  ],
  control: [
    ...["branch", "if-else", "switch", "forEach", "loop", "tryCatch", "wait", "subworkflow", "parallel"],
    ...["throw", "error"],
  ],
  io: [
    ...["api-call", "api_call", "audit-log", "in-memory-kv", "log", "memory-storage", "metrics-emit"],
    ...["sse-emit", "sse-publish", "sse-subscribe", "sse-stream", "worker-publish"],
    ...["redis-kv", "postgres-query", "mongodb-query"],
  ],
  data: [
    ...["array-map", "base64", "cron-next", "csv-format", "csv-parse", "ctx-publish", "ctx-publish-many"],
    ...["date-add", "date-format", "date-parts", "expr", "group-by", "hash", "hmac-sign", "html-to-text"],
    ...["json-diff", "mapper", "merge-patch", "redact", "slug", "template-render", "text-chunks", "uuid"],
    ...["xml-parse"],
  ],
};

const KNOWN = new Map<string, NodeKind>(
  (Object.keys(KINDS) as NodeKind[]).flatMap(kind => KINDS[kind].map(name => [name, kind] as const)),
);

/** Words in the names of nodes that are not built in, first match first. */
const WORDS: readonly [RegExp, NodeKind][] = [
  [/\b(ai|llm|gpt|agent|openai|embed(ding)?s?|model|prompt|sentiment)\b/, "ai"],
  [/\b(verify|valid(ate|ator)?|check|guard|schema|auth)\b/, "check"],
  [/\b(respond|reply|answer|ui|page|render|html|pdf)\b/, "answer"],
  [/\b(http|fetch|api|request|call|sql|db|postgres|mysql|redis|mongo(db)?|kv|storage|store|cache)\b/, "io"],
  [
    /\b(mail|email|sms|send|notify|publish|queue|log|file|bucket|s3|ledger|manager|interaction|profile)\b/,
    "io",
  ],
];

/** The name without its scope and version: `@blokjs/expr@2` is `expr`. */
export function shortName(use: string): string {
  const unscoped = use.slice(use.lastIndexOf("/") + 1).replace(/^runtime\.[a-z0-9]+:/, "");
  return unscoped.replace(/(?<=.)@[\w.^~-]+$/, "");
}

/** What a node is for, from its name; a node that says nothing about itself shapes data. */
export function kindOf(use: string): NodeKind {
  if (use === "trigger" || use.startsWith("trigger:")) return "trigger";
  if (use.startsWith("subworkflow:")) return "control";
  const name = shortName(use);
  const known = KNOWN.get(name);
  if (known) return known;
  const words = name.toLowerCase().replaceAll(/[-_.]/g, " ");
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? "data";
}
