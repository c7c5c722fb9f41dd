// Builds what browsers load: `node build.mjs` all of it, `node build.mjs discovery` one module of it.
//
// dist/shared/   the shared module and its styles      dist/modules/NAME/  a module, with manifest.json
// dist/assets/   the shell, fonts                      dist/index.html     the page

import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { compressAll } from "./vite/compress.mjs";
import { exportedNames, fromShared, sharedSource, virtual } from "./vite/shared.mjs";

process.env.NODE_ENV = "production";
const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const served = join(here, "dist");
// A hub may be serving the old files: all of the new ones are made beside them, and take their place at once.
const dist = wanted.length === 0 ? join(here, `node_modules/.dist-${process.pid}`) : served;
const MODULES = ["discovery", "editor", "profile", "gallery"];
/** The module of the page that most visitors open first. */
const FIRST = "discovery";
const names = "[name]-[hash]";

const config = () => ({
  configFile: false,
  root: here,
  mode: "production",
  logLevel: "warn",
  publicDir: false,
  plugins: [react()],
});

function output(folder) {
  return {
    entryFileNames: `${folder}/${names}.js`,
    chunkFileNames: `${folder}/${names}.js`,
    assetFileNames: `${folder}/${names}[extname]`,
  };
}

/** One build below dist/; returns its entry and its styles as paths from the root of the site. */
async function buildInto(folder, input, plugins) {
  const result = await build({
    ...config(),
    plugins: [...plugins, ...config().plugins],
    build: {
      outDir: dist,
      emptyOutDir: false,
      modulePreload: { polyfill: false },
      target: "es2022",
      assetsInlineLimit: 0,
      rollupOptions: {
        input,
        preserveEntrySignatures: "strict",
        treeshake: { propertyReadSideEffects: false },
        output: output(folder),
      },
    },
  });
  const entry = result.output.find(each => each.type === "chunk" && each.isEntry);
  const styles = [...(entry.viteMetadata?.importedCss ?? [])];
  const chunks = entry.imports.filter(each => result.output.some(other => other.fileName === each));
  return {
    entry: `/${entry.fileName}`,
    styles: styles.map(each => `/${each}`),
    chunks: chunks.map(each => `/${each}`),
  };
}

async function buildShared() {
  const exported = await exportedNames(config());
  const built = await buildInto("shared", { core: "shared:core" }, [
    virtual({ "shared:core": sharedSource() }),
  ]);
  const shared = { ...built, names: exported };
  writeFileSync(join(dist, "shared/manifest.json"), JSON.stringify(shared));
  return shared;
}

async function buildModule(name, shared) {
  const folder = `modules/${name}`;
  rmSync(join(dist, folder), { recursive: true, force: true });
  const input = { [name]: join(here, folder, "src/index.tsx") };
  const built = await buildInto(folder, input, [fromShared(shared.entry, shared.names)]);
  writeFileSync(join(dist, folder, "manifest.json"), JSON.stringify(built));
}

async function buildShell(shared) {
  const plugins = [fromShared(shared.entry, shared.names)];
  const early = await buildInto("assets", { early: join(here, "shell/src/early.ts") }, []);
  const shell = await buildInto("assets", { shell: join(here, "shell/src/main.tsx") }, plugins);
  cpSync(join(here, "shell/public"), dist, { recursive: true });
  return {
    early: early.entry,
    styles: [...shared.styles, ...shell.styles],
    shared: [shared.entry, ...shared.chunks],
    entry: shell.entry,
  };
}

/** The page names what a browser will need in any case, so that it fetches all of it at once. */
function writePage(shell) {
  const first = readJson(`modules/${FIRST}/manifest.json`);
  const head = [
    `<script src="${shell.early}"></script>`,
    ...[...shell.styles, ...first.styles].map(each => `<link rel="stylesheet" href="${each}" />`),
    ...[...shell.shared, first.entry, ...first.chunks].map(
      each => `<link rel="modulepreload" href="${each}" />`,
    ),
    `<script type="module" src="${shell.entry}"></script>`,
  ];
  const page = readFileSync(join(here, "shell/index.html"), "utf8");
  const cut = /<!-- source -->[\s\S]*<!-- \/source -->/;
  writeFileSync(join(dist, "index.html"), page.replace(cut, head.join("\n    ")));
}

const readJson = path => JSON.parse(readFileSync(join(dist, path), "utf8"));
mkdirSync(dist, { recursive: true });
if (wanted.length === 0) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(join(dist, "shared"), { recursive: true });
  const shared = await buildShared();
  writeFileSync(join(dist, "assets/manifest.json"), JSON.stringify(await buildShell(shared)));
  for (const name of MODULES) await buildModule(name, shared);
} else {
  for (const name of wanted) await buildModule(name, readJson("shared/manifest.json"));
}
writePage(readJson("assets/manifest.json"));
compressAll(dist);
if (dist !== served) replaceServed();

/** Two builds may end at the same time: the later one stays. */
function replaceServed(attempts = 3) {
  try {
    rmSync(served, { recursive: true, force: true });
    renameSync(dist, served);
  } catch (error) {
    if (attempts === 0) throw error;
    replaceServed(attempts - 1);
  }
}
