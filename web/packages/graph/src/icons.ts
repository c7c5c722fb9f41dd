import { kindOf, shortName } from "./kinds.ts";
import type { NodeKind } from "./types.ts";

/** Names of icons (of the lucide set); which drawing that is, the skin decides. */
export type IconName =
  | "webhook"
  | "clock"
  | "terminal"
  | "radio"
  | "bot"
  | "layers"
  | "shield-check"
  | "key-round"
  | "mail-check"
  | "braces"
  | "hash"
  | "calendar"
  | "table"
  | "scissors"
  | "file-text"
  | "eye-off"
  | "sigma"
  | "diff"
  | "fingerprint"
  | "split"
  | "route"
  | "repeat"
  | "rotate"
  | "life-buoy"
  | "hourglass"
  | "workflow"
  | "octagon-x"
  | "globe"
  | "database"
  | "scroll"
  | "chart"
  | "send"
  | "mail"
  | "message"
  | "reply"
  | "sparkles";

const BY_NAME: Record<string, IconName> = {
  branch: "split",
  "if-else": "split",
  switch: "route",
  forEach: "repeat",
  loop: "rotate",
  tryCatch: "life-buoy",
  wait: "hourglass",
  subworkflow: "workflow",
  throw: "octagon-x",
  error: "octagon-x",
  "trigger:http": "webhook",
  "trigger:webhook": "webhook",
  "trigger:cron": "clock",
  "trigger:manual": "terminal",
  "trigger:queue": "layers",
  "trigger:worker": "layers",
  "trigger:pubsub": "radio",
  "trigger:sse": "radio",
  "trigger:websocket": "radio",
  "trigger:mcp": "bot",
  "trigger:grpc": "webhook",
  "jwt-verify": "key-round",
  "totp-verify": "key-round",
  "validate-email": "mail-check",
  hash: "hash",
  "hmac-sign": "fingerprint",
  uuid: "fingerprint",
  base64: "hash",
  "cron-next": "calendar",
  "date-add": "calendar",
  "date-format": "calendar",
  "date-parts": "calendar",
  "csv-format": "table",
  "csv-parse": "table",
  "text-chunks": "scissors",
  redact: "eye-off",
  "group-by": "sigma",
  "json-diff": "diff",
  "merge-patch": "diff",
  "html-to-text": "file-text",
  "template-render": "file-text",
  slug: "file-text",
  "xml-parse": "file-text",
  "ctx-publish": "braces",
  "ctx-publish-many": "braces",
  log: "scroll",
  "audit-log": "scroll",
  "metrics-emit": "chart",
  "worker-publish": "layers",
  "in-memory-kv": "database",
  "memory-storage": "database",
  "sse-emit": "radio",
  "sse-publish": "radio",
  "sse-subscribe": "radio",
  "sse-stream": "radio",
};

const BY_WORD: readonly [RegExp, IconName][] = [
  [/\b(mail|email)\b/, "mail"],
  [/\b(sms|chat|message|notify|slack)\b/, "message"],
  [/\b(sql|db|postgres|mysql|redis|mongo(db)?|kv|storage|store|cache|ledger)\b/, "database"],
  [/\b(publish|queue|send)\b/, "send"],
];

const BY_KIND: Record<NodeKind, IconName> = {
  trigger: "webhook",
  check: "shield-check",
  data: "braces",
  control: "split",
  io: "globe",
  answer: "reply",
  ai: "sparkles",
};

/** The icon of a node, from its name; triggers are `trigger:http`, control steps their kind. */
export function iconOf(use: string): IconName {
  const name = use.startsWith("trigger:")
    ? use
    : use.startsWith("subworkflow:")
      ? "subworkflow"
      : shortName(use);
  const known = BY_NAME[name];
  if (known) return known;
  const words = name.toLowerCase().replaceAll(/[-_.]/g, " ");
  return BY_WORD.find(([pattern]) => pattern.test(words))?.[1] ?? BY_KIND[kindOf(use)];
}
