// What the shell and the modules share: one copy of React, of the design system and of the session.
//
// They are built apart and meet in the browser. An import map could join them, but a strict
// Content-Security-Policy forbids inline scripts and no browser loads a map from a file. So the shared
// code is one ES module at an address of its own, and each build imports its names from there.

import { build } from "vite";

const COMMON_JS = ["react", "react-dom", "react-dom/client", "react/jsx-runtime"];
const MODULES = [
  "@tanstack/react-query",
  "wouter",
  "@blok/api",
  "@blok/state",
  "@blok/ui",
  "@blok/canvas/sketch",
];
export const SHARED = [...COMMON_JS, ...MODULES];

const alias = specifier => `shared_${SHARED.indexOf(specifier)}`;

/** The source of the shared module: every shared package as a namespace. */
export function sharedSource() {
  const lines = SHARED.map(each => `import * as ${alias(each)} from ${JSON.stringify(each)};`);
  return `${lines.join("\n")}\nexport { ${SHARED.map(alias).join(", ")} };\n`;
}

/** A plugin that serves modules from text: `sources` maps an id to its code. */
export function virtual(sources) {
  return {
    name: "virtual",
    enforce: "pre",
    resolveId: id => (id in sources ? `\0${id}` : undefined),
    load: id => (id.startsWith("\0") ? sources[id.slice(1)] : undefined),
  };
}

/** The names that each shared package exports: {specifier: [name]}. `config` is Vite's. */
export async function exportedNames(config) {
  const names = {};
  for (const each of COMMON_JS) {
    names[each] = Object.keys(await import(each)).filter(
      name => /^[A-Za-z_$]\w*$/.test(name) && name !== "default",
    );
  }
  const sources = Object.fromEntries(MODULES.map((each, at) => [`names:${at}`, `export * from "${each}"`]));
  const result = await build({
    ...config,
    logLevel: "warn",
    plugins: [virtual(sources), ...config.plugins],
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: Object.keys(sources), preserveEntrySignatures: "strict" },
    },
  });
  for (const chunk of result.output) {
    const at =
      chunk.type === "chunk" && chunk.isEntry ? /names:(\d+)$/.exec(chunk.facadeModuleId ?? "") : null;
    if (at) names[MODULES[Number(at[1])]] = chunk.exports.filter(name => name !== "default");
  }
  return names;
}

/** A plugin that takes shared packages from the shared module at `address`. */
export function fromShared(address, names) {
  return {
    name: "from-shared",
    enforce: "pre",
    resolveId(id) {
      if (id === address) return { id, external: true };
      return id in names ? `\0shared:${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith("\0shared:")) return undefined;
      const specifier = id.slice("\0shared:".length);
      const each = names[specifier].map(name => `export const ${name} = m.${name};`);
      const fallback = COMMON_JS.includes(specifier) ? "export default m.default;" : "";
      return `import { ${alias(specifier)} as m } from ${JSON.stringify(address)};\n${each.join("\n")}\n${fallback}`;
    },
  };
}
