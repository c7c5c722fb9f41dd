// Runs before anything else is there: it sets the theme, so that nobody who chose dark sees a white flash,
// and asks for what the page will show, so that it comes together with the code that shows it.
import { moduleFor } from "./routes.ts";

(() => {
  const chosen = localStorage.getItem("blok-theme") ?? "system";
  const dark =
    chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";

  const module = moduleFor(location.pathname);
  if (module) preload(`/modules/${module}/manifest.json`);
  // Whoever is signed in asks with a token, which is not there yet.
  if (localStorage.getItem("blok-signed-in") !== null || location.search !== "") return;
  const [, owner, name] = /^\/(?:workflows|nodes)\/([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(location.pathname) ?? [];
  const address =
    location.pathname === "/" ? "/api/pages/home" : owner ? `/api/pages/package/${owner}/${name}` : null;
  if (address) preload(address);
})();

function preload(address: string) {
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "fetch";
  link.crossOrigin = "anonymous";
  link.href = address;
  document.head.append(link);
}
