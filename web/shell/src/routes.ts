import type { ModuleName } from "./modules.tsx";

/** Which module shows which pages. The first pattern that fits decides. */
export const ROUTES: { pattern: RegExp; module: ModuleName }[] = [
  { pattern: /^\/$/, module: "discovery" },
  { pattern: /^\/workflows\/create\/?$/, module: "editor" },
  { pattern: /^\/workflows\/[^/]+\/[^/]+\/edit\/?$/, module: "editor" },
  { pattern: /^\/(workflows|nodes)(\/.*)?$/, module: "discovery" },
  { pattern: /^\/(login|register|dashboard|settings)\/?$/, module: "profile" },
  { pattern: /^\/profile\/[^/]+\/?$/, module: "profile" },
  { pattern: /^\/gallery\/?$/, module: "gallery" },
];

/** The module of a path, or null when there is no such page. */
export function moduleFor(path: string): ModuleName | null {
  return ROUTES.find(({ pattern }) => pattern.test(path))?.module ?? null;
}
