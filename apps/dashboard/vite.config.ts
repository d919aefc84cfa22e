import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression } from "vite-plugin-compression2";

// What `vite dev` leaves to a service that runs beside it: everything that is no page.
const pages = /^\/(platform|projects|sign-in|src|node_modules|assets|@)|^\/(\?.*)?$/;

export default defineConfig({
  // Compressed once, here, as small as they get: the service only picks a file.
  plugins: [
    react(),
    tailwindcss(),
    compression({ include: /\.(js|css|svg)$/, algorithms: ["gzip", "brotliCompress"] }),
  ],
  build: {
    // The oldest that know light-dark(), which every colour is made with.
    target: ["chrome123", "safari17.5", "firefox128"],
    // The content security policy allows no data: but in images.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What most pages are made of in one file: thirty small ones are asked for one after the other, and compress worse.
        codeSplitting: {
          groups: [{ name: "parts", test: /src\/(ui|format|api|app|layout)\//, minShareCount: 2 }],
        },
      },
    },
  },
  server: {
    proxy: {
      "^/.*": {
        target: "http://127.0.0.1:7000",
        bypass: ({ url = "/" }) => (pages.test(url) ? url : undefined),
      },
    },
  },
});
