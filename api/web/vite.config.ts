/// <reference types="vitest/config" />
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const STATIC = "../inroads_api/static";
const WIDGET = "../../graph/inroads/output/picture/built";

/** Makes of each `.graphql` file its text and its id, by which the server knows it. */
function trustedDocuments(): Plugin {
  return {
    name: "trusted-documents",
    transform(text, file) {
      if (!file.endsWith(".graphql")) return null;
      const digest = createHash("sha256").update(text).digest("hex");
      return {
        code: `export default ${JSON.stringify({ id: `sha256:${digest}`, text })}`,
        map: null,
      };
    },
  };
}

/** Keeps the widget's tokens to its own host: the page that shows a notebook has its own. */
function ownTokens(): Plugin {
  return {
    name: "own-tokens",
    enforce: "pre",
    transform(text, file) {
      if (!file.endsWith("theme.css")) return null;
      return { code: text.replaceAll(":root", ".ir-host"), map: null };
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [trustedDocuments(), ...(mode === "widget" ? [ownTokens()] : [])],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: {
      documents: new URL("../inroads_api/execution/operations/page", import.meta.url).pathname,
    },
  },
  define: mode === "widget" ? { "process.env.NODE_ENV": '"production"' } : {},
  build:
    mode === "widget"
      ? {
          outDir: WIDGET,
          emptyOutDir: true,
          lib: {
            entry: "src/widget.ts",
            formats: ["es"],
            fileName: () => "widget.js",
            cssFileName: "widget",
          },
          rolldownOptions: { output: { minify: true } }, // vite leaves the spaces of libraries
        }
      : {
          outDir: STATIC,
          emptyOutDir: true,
          license: { fileName: "licenses.md" }, // each asks that it goes along
          modulePreload: { polyfill: false },
          assetsInlineLimit: 0,
          chunkSizeWarningLimit: 700, // the editor, which is loaded when it is first opened
        },
  test: { isolate: false, include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"] },
}));
