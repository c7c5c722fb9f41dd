// Runs before the first paint, so that nobody who chose dark sees a white flash.
(() => {
  const chosen = localStorage.getItem("blok-theme") ?? "system";
  const dark =
    chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
