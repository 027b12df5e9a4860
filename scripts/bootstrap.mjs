/**
 * Runs on Node 20.20 or newer, without packages. Installs node_modules, then runs a script under the Node that
 * package.json pins, which runs TypeScript without a build.
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
const scripts = ["demo", "test", "check", "build", "bench", "fuzz", "release", "update"];

const [script, ...args] = process.argv.slice(2);
if (script !== undefined && !scripts.includes(script)) {
  console.error(`usage: node scripts/bootstrap.mjs [${scripts.join("|")}]`);
  process.exit(2);
}
install();
if (script !== undefined) process.exit(runScript(script, args));

/** Runs `npm ci`, unless node_modules was installed from this lockfile. Exits with 1 if it fails. */
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
      `npm ci did not install ${node}: npm must be allowed to run its install script (npm config get ignore-scripts)`,
    );
    process.exit(1);
  }
  provideLibatomic();
  writeFileSync(stamp, lock);
}

/** Installs libatomic, which Node 26 needs and the smallest Debian lacks. Exits with 1 if Node still does not run. */
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
    `${node} does not run on this machine: ${(stderr ?? "").trim()} (Debian: apt-get install libatomic1)`,
  );
  process.exit(1);
}

/** Returns the exit code of the script, or 128 plus the number of the signal that ended it, as a shell does. */
function runScript(name, scriptArgs) {
  const { status, signal, error } = spawnSync(node, [join(project, "scripts", `${name}.ts`), ...scriptArgs], {
    stdio: "inherit",
    env: { NODE_USE_ENV_PROXY: "1", ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
  });
  if (error) console.error(`cannot run ${node}: ${error.message}`);
  return status ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0);
}
