import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  server: { fs: { allow: ["../../../.."] } },
  build: { assetsInlineLimit: 0, outDir: "dist", emptyOutDir: true },
});
