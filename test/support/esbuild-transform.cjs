/** Jest transformer: TypeScript and ES modules to CommonJS by esbuild, about a millisecond a file. */
const { transformSync, version } = require("esbuild");
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");

const self = readFileSync(__filename);

module.exports = {
  process(source, path) {
    const { code, map } = transformSync(source, {
      loader: path.endsWith("ts") ? "ts" : "js",
      format: "cjs",
      target: "node20",
      // Jest runs CommonJS, where a real import() does not work: esbuild turns it into a deferred require.
      supported: { "dynamic-import": false },
      // In one line, so that line numbers hold. Modules are strict; CommonJS is not, and has no import.meta.
      banner: /\bimport\.meta\.url\b/.test(source)
        ? '"use strict";const import_meta_url = require("node:url").pathToFileURL(__filename).href;'
        : '"use strict";',
      define: { "import.meta.url": "import_meta_url" },
      sourcefile: path,
      sourcemap: true,
      logOverride: { "empty-import-meta": "silent" },
    });
    return { code, map };
  },
  getCacheKey(source, path, { instrument }) {
    const key = createHash("sha256");
    for (const part of [self, version, String(instrument), path, source]) key.update(part).update("\0");
    return key.digest("hex");
  },
};
