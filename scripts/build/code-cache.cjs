// Writes V8's code cache for a script, after running it once so that the functions of its start are in it.
// Usage: node code-cache.cjs SCRIPT OUTPUT FILENAME
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");

const [, , path, output, filename] = process.argv;
const script = new Script(readFileSync(path, "utf8"), { filename });
const holder = { exports: {} };
script.runInThisContext()(require, holder, holder.exports);
writeFileSync(output, script.createCachedData());
process.exit(0);
