/**
 * The way in, on any Node from 20.20 and nothing else: puts node_modules in order, then runs the asked-for
 * script under the Node that package.json pins, which reads TypeScript as it is.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { constants } from "node:os";

const project = join(import.meta.dirname, "..");
const bin = join(project, "node_modules", ".bin");
const node = join(bin, process.platform === "win32" ? "node.exe" : "node");
const stamp = join(project, "node_modules", ".docr-lock");
const verbs = ["demo", "test", "check", "build", "bench"];

const [verb, ...args] = process.argv.slice(2);
if (verb !== undefined && !verbs.includes(verb)) {
  console.error(`usage: node scripts/bootstrap.mjs [${verbs.join("|")}]`);
  process.exit(2);
}
install();
if (verb !== undefined) process.exit(runScript(verb, args));

/** `npm ci`, unless what is there was installed from this very lockfile. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(project, "package-lock.json")))
    .digest("hex");
  const isCurrent = existsSync(bin) && existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
  if (isCurrent) return;
  console.error("installing node_modules (npm ci)");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status, stdout, stderr, error } = spawnSync(
    npm,
    ["ci", "--include=dev", "--no-audit", "--no-fund"],
    {
      cwd: project,
      encoding: "utf8",
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) {
    const reasons = (error?.message ?? `${stdout}${stderr}`)
      .split("\n")
      .filter((line) => !line.startsWith("npm warn"));
    console.error(`npm ci failed\n${reasons.slice(0, 20).join("\n")}`);
    process.exit(1);
  }
  if (!existsSync(node)) {
    console.error(
      `npm ci left no ${node}: its install script must be allowed to run (allowScripts in package.json)`,
    );
    process.exit(1);
  }
  provideLibatomic();
  writeFileSync(stamp, lock);
}

/** Node 26 needs a library that the smallest Debian does not have. */
function provideLibatomic() {
  const { status, stderr } = spawnSync(node, ["--version"], { encoding: "utf8" });
  if (status === 0) return;
  if (/libatomic/.test(stderr ?? "") && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    console.error("installing libatomic1");
    const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: "ignore" };
    spawnSync("apt-get", ["update", "-q"], options);
    spawnSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "libatomic1"], options);
  }
  if (spawnSync(node, ["--version"]).status === 0) return;
  console.error(
    `${node} does not run on this machine: ${(stderr ?? "").trim()} (Debian's package libatomic1)`,
  );
  process.exit(1);
}

/** The exit code of the script, or 128 and the signal that ended it, as a shell has it. */
function runScript(name, scriptArgs) {
  const { status, signal, error } = spawnSync(node, [join(project, "scripts", `${name}.ts`), ...scriptArgs], {
    stdio: "inherit",
    env: { NODE_USE_ENV_PROXY: "1", ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
  });
  if (error) console.error(`cannot run ${node}: ${error.message}`);
  return status ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0);
}
