import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API of a running `serve`; only used by `npm run dev`.
const backend = process.env.SITEGROUP_DEV_API ?? "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [react()],
  base: "./",
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The program answers only to its own address and its own page, so both are put right on the way.
  server: { proxy: { "/api": { target: backend, changeOrigin: true, headers: { origin: backend } } } },
  build: {
    target: "es2022",
    // The strict content policy has no data: for scripts or styles; fonts and icons stay files too.
    assetsInlineLimit: 0,
    // Read from the binary's memory, so the size of a chunk costs no network.
    chunkSizeWarningLimit: 1200,
  },
});
