import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

const HERE = import.meta.dirname;
const OUT = join(HERE, "../../../assets/canvas");
const ALONE = ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/** Say which sources the bundle was built from: of every file, sorted by path, its path, a zero, its bytes, a zero. */
function sourceDigest(): Plugin {
  return {
    name: "source-digest",
    apply: "build",
    closeBundle() {
      const sources = readdirSync(join(HERE, "src"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(HERE, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
      const digest = createHash("sha256");
      for (const path of [...sources, ...ALONE].sort()) {
        digest
          .update(path)
          .update("\0")
          .update(readFileSync(join(HERE, path)))
          .update("\0");
      }
      writeFileSync(join(OUT, "SOURCE.sha256"), digest.digest("hex") + "\n");
    },
  };
}

// Not Vite's library mode: that leaves whitespace in ES modules.
export default defineConfig({
  plugins: [react(), sourceDigest()],
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    // Browsers that know light-dark(): an older target turns it into variables that nobody sets in a shadow root.
    target: ["chrome123", "firefox120", "safari17.5"],
    outDir: OUT,
    emptyOutDir: true,
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: "src/index.tsx",
      preserveEntrySignatures: "strict",
      output: { format: "es", entryFileNames: "canvas.js", assetFileNames: "canvas[extname]", codeSplitting: false },
    },
  },
  // A busy machine is no reason to fail.
  test: { environment: "node", include: ["src/**/*.test.ts"], testTimeout: 60_000 },
});
