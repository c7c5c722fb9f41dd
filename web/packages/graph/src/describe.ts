import { shortName } from "./kinds.ts";
import { isRecord, sayValue } from "./text.ts";
import type { Trigger } from "./types.ts";

type Facts = Record<string, unknown>;

/** What a call of a node is about, in a few words taken from its inputs; empty when they say nothing. */
export function describeInputs(use: string, inputs: Facts | undefined): string {
  if (!inputs) return "";
  const say = (key: string) => (inputs[key] === undefined ? "" : sayValue(inputs[key]));
  switch (shortName(use)) {
    case "api-call":
      return join(say("method") || "GET", say("url").replace(/^https?:\/\//, ""));
    case "respond":
      return join(say("status"), say("body"));
    case "throw":
    case "error":
      return join(say("code") || say("statusCode"), say("message"));
    case "in-memory-kv":
    case "memory-storage":
      return join(say("action"), say("key") || say("prefix"));
    case "mapper":
      return isRecord(inputs.model) ? Object.keys(inputs.model).join(", ") : say("model");
    case "array-map":
      return join(say("map"), "of", say("array"));
    case "validate":
    case "json-schema":
      return schemaFields(inputs.schema) || say("data");
    case "date-add":
    case "group-by":
      return Object.entries(inputs)
        .filter(([, value]) => typeof value !== "object")
        .map(([key, value]) => `${key} ${sayValue(value)}`)
        .join(", ");
    default:
      return firstText(inputs);
  }
}

function join(...parts: string[]): string {
  return parts.filter(Boolean).join(" ");
}

function schemaFields(schema: unknown): string {
  if (!isRecord(schema) || !isRecord(schema.properties)) return "";
  return Object.keys(schema.properties).join(", ");
}

function firstText(inputs: Facts): string {
  const values = Object.values(inputs);
  const value = values.find(found => typeof found === "string" && found !== "") ?? values[0];
  if (value === undefined) return "";
  return isRecord(value) && !("$ref" in value) ? Object.keys(value).join(", ") : sayValue(value);
}

/** What starts a workflow, from its `trigger` block. */
export function readTrigger(block: unknown): Trigger {
  const kinds = isRecord(block) ? Object.keys(block) : [];
  const kind = kinds[0];
  if (!isRecord(block) || kind === undefined) return { kind: "none", label: "no trigger" };
  const facts = isRecord(block[kind]) ? block[kind] : {};
  const text = (key: string) => (typeof facts[key] === "string" ? facts[key] : undefined);
  const rawMethod = text("method");
  const method = rawMethod === "*" ? "ANY" : rawMethod?.toUpperCase();
  const path = text("path");
  const about = ["schedule", "cron", "queue", "channel", "topic", "source", "provider", "tool", "name"]
    .map(text)
    .find(Boolean);
  const more = kinds.length > 1 ? `+${kinds.length - 1}` : "";
  const rest = join(method ?? "", path ?? "", method || path ? "" : (about ?? ""), more);
  return {
    kind,
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
    label: rest ? `${kind} · ${rest}` : kind,
  };
}
