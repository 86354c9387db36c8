/**
 * Jest resolver. Sources import "./x.js", as Node wants it, and mean "./x.ts"; packages in node_modules mean what they say.
 * A "file:" URL, which a dynamic import may be given, becomes its path.
 */
const { existsSync } = require("node:fs");
const { resolve, sep } = require("node:path");
const { fileURLToPath } = require("node:url");

module.exports = (request, options) => {
  if (request.startsWith("file:")) return fileURLToPath(request);
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes(`${sep}node_modules${sep}`)) {
    const source = resolve(options.basedir, request.replace(/\.js$/, ".ts"));
    if (existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
