import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const hub = process.env.BLOK_URL ?? "http://localhost:4000";

// Serves the sources with hot reloading; what the pages ask for comes from a running hub.
export default defineConfig({
  root: new URL("../shell", import.meta.url).pathname,
  plugins: [react()],
  server: { port: 4080, proxy: { "/api": hub, "/.well-known": hub } },
});
