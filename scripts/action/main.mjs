/**
 * The main step of action.yml. The runner starts it from a checkout, without a build and without node_modules.
 * It creates one folder in the runner's temporary directory: docker's configuration, docr's runtime directory, and programs that run
 * docr with both. The job's environment gets only DOCKER_CONFIG and the folder of the programs: other tools that read
 * DIGITALOCEAN_ACCESS_TOKEN or XDG_RUNTIME_DIR see no change.
 */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const HOST = "registry.digitalocean.com";
const HELPER = "docker-credential-docr";

// Nothing may print before this line.
const token = (process.env.INPUT_TOKEN ?? "").trim();
mask(token);
try {
  run();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function run() {
  const { RUNNER_TEMP: temp, PATH: path = "" } = process.env;
  if (token === "") fail("the input token is empty; set it to a secret of this repository that exists");
  if (/[\r\n\0]/.test(token)) fail("the input token has more than one line");
  if (!temp) fail("RUNNER_TEMP is not set; this program is a step of GitHub Actions");
  if (process.platform === "win32") fail("this action needs Linux or macOS");
  const helper = find(HELPER, path);
  const docr = find("docr", path);
  if (!helper || !docr)
    fail(`${helper ? "docr" : HELPER} is not on the PATH; install docr in an earlier step`);

  const folder = join(temp, `docr-${randomUUID()}`);
  // First, so that the post step removes whatever this step leaves.
  put("GITHUB_STATE", "folder", folder);
  for (const name of ["", "docker", "run", "bin"]) mkdirSync(join(folder, name), { mode: 0o700 });
  writeFileSync(join(folder, "token"), `${token}\n`, { mode: 0o600 });
  createDockerConfig(process.env.DOCKER_CONFIG || join(homedir(), ".docker"), join(folder, "docker"));
  createProgram(join(folder, "bin", HELPER), helper, folder);
  createProgram(join(folder, "bin", "docr"), docr, folder);
  checkLogin(join(folder, "bin", HELPER));

  put("GITHUB_ENV", "DOCKER_CONFIG", join(folder, "docker"));
  put("GITHUB_OUTPUT", "docker-config", join(folder, "docker"));
  appendFileSync(process.env.GITHUB_PATH, `${join(folder, "bin")}\n`);
  console.log(`docr answers for ${HOST} until the end of this job`);
}

/** Copies docker's settings and logins, and links its folders: buildx's builders, contexts and CLI plugins. */
function createDockerConfig(from, to) {
  const path = join(from, "config.json");
  const config = readIfPresent(path, () => JSON.parse(readFileSync(path, "utf8")), {});
  const settings = { ...config, credHelpers: { ...config.credHelpers, [HOST]: "docr" } };
  writeFileSync(join(to, "config.json"), `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  for (const name of readIfPresent(from, () => readdirSync(from), [])) {
    if (statSync(join(from, name), { throwIfNoEntry: false })?.isDirectory())
      symlinkSync(join(from, name), join(to, name));
  }
}

/** A program that runs docr with the job's own API token and runtime directory. */
function createProgram(path, target, folder) {
  const lines = [
    "#!/bin/sh",
    `IFS= read -r DIGITALOCEAN_ACCESS_TOKEN < ${quote(join(folder, "token"))}`,
    `XDG_RUNTIME_DIR=${quote(join(folder, "run"))}`,
    "export DIGITALOCEAN_ACCESS_TOKEN XDG_RUNTIME_DIR",
    ...exported("DOCR_REGISTRY", process.env.INPUT_REGISTRY),
    ...exported("DOCR_ACCESS", process.env.INPUT_ACCESS),
    `exec ${quote(target)} "$@"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o700 });
}

/** Creates the job's first credential: a wrong token fails here and not in a later step. */
function checkLogin(helper) {
  const { status, stdout, stderr, error } = spawnSync(helper, ["get"], { input: HOST, encoding: "utf8" });
  if (status !== 0)
    fail(error ? error.message : stderr.trim().replace(/^docr: /, "") || `${HELPER} ended with ${status}`);
  const { Username: username, Secret: secret } = JSON.parse(stdout);
  mask(secret);
  // The form that config.json, and a trace of HTTP, would have.
  mask(Buffer.from(`${username}:${secret}`).toString("base64"));
  if (stderr !== "") console.log(`::warning::${escape(stderr.trim())}`);
}

/** The path of the program, or undefined. Skips the programs of an earlier use of this action in the same job. */
function find(name, path) {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/") && !/\/docr-[0-9a-f-]{36}\/bin$/.test(folder))
    .map((folder) => join(folder, name))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return statSync(candidate).isFile();
      } catch {
        return false;
      }
    });
}

function readIfPresent(path, read, otherwise) {
  try {
    return read();
  } catch (error) {
    if (error.code === "ENOENT") return otherwise;
    throw new Error(`${path} cannot be read: ${error.message}`, { cause: error });
  }
}

function exported(name, value) {
  return value ? [`export ${name}=${quote(value)}`] : [];
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Hides the text in everything that the job prints from here on. */
function mask(text) {
  for (const line of text.split(/\r?\n/))
    if (line !== "") process.stdout.write(`::add-mask::${escape(line)}\n`);
}

/** Appends a value to one of the runner's files. */
function put(file, name, value) {
  const end = `end-${randomUUID()}`;
  appendFileSync(process.env[file], `${name}<<${end}\n${value}\n${end}\n`);
}

function fail(message) {
  process.stdout.write(`::error::docr: ${escape(message)}\n`);
  process.exit(1);
}

/** The text as a workflow command contains it. */
function escape(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
