import type { Encoding } from "@blok/api";

export type WorkflowFile = { text: string; format: Encoding };

/** The notation of a file, by its name or else by how it looks. */
export function formatOf(name: string, text: string): Encoding {
  if (/\.ya?ml$/i.test(name)) return "yaml";
  if (/\.toml$/i.test(name)) return "toml";
  if (/\.json$/i.test(name) || /^\s*[{[]\s*(["}\n]|$)/.test(text)) return "json";
  return /^\s*(\[\[?[\w.-]+\]\]?\s*$|[\w-]+\s*=)/m.test(text) && !/^[\w-]+:/m.test(text) ? "toml" : "yaml";
}
