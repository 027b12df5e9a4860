// The launcher is the program `docker-credential-docr` on Linux. It answers a `get` from the response cache and starts docr for
// everything else. scriptc compiles it, only for x64. test/unit/launcher/launcher.test.ts lists every function that it may call.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { FALLBACK_ACTIVE } from "../response-cache/shared/fallback-note.ts";
import { HELPER_FLAG } from "../response-cache/shared/helper-flag.ts";
import { decide, findResponse } from "./decide.ts";
import { clocks, filesOf, privateFolder } from "./sources.ts";
import { print, readInput, restoreInput } from "./stdio.ts";
import { waitForResponse } from "./wait.ts";

const args = process.argv.slice(2);
const docr = dirname(process.execPath) + "/docr";
const variable = (name: string): string | undefined => process.env[name];
const files = filesOf(variable);

const decision = decide(args, variable, readInput, files, clocks);
if (decision.kind === "fail") fail(decision.message);
if (decision.kind === "respond") respond(decision.response);
if (decision.kind === "await-response") {
  const response = waitForResponse(lockFolder(), () => findResponse(decision.name, files, clocks));
  if (response !== undefined) respond(response);
}
if (!restoreInput()) fail("stdin cannot be passed on");
if (decision.kind === "run-fallback") runFallback("docker-credential-" + decision.helper);
const ended = spawnSync(docr, [HELPER_FLAG].concat(args), { stdio: "inherit" });
if (ended.status !== null) process.exit(ended.status);
fail(docr + " cannot be run, or was killed; install it again");

function respond(response: string): never {
  process.exit(print(1, response) ? 0 : 1);
}

/** Prints the message on stdout, where docker expects an error, and on stderr. */
function fail(message: string): never {
  print(1, message + "\n");
  print(2, "docr: " + message + "\n");
  process.exit(1);
}

/** Runs the fallback helper with the client's own request, and exits. Returns if it cannot be started. */
function runFallback(program: string): void {
  process.env[FALLBACK_ACTIVE] = "1";
  const helper = spawnSync(program, args, { stdio: "inherit" });
  if (helper.status !== null) process.exit(helper.status);
  if (helper.error === undefined) process.exit(1); // A signal killed the helper. docr prints nothing in this case either.
  delete process.env[FALLBACK_ACTIVE];
}

/** The runtime directory itself, if it is set: it exists even before docr has created its folder there. */
function lockFolder(): string {
  const runtimeDir = variable("XDG_RUNTIME_DIR") ?? "";
  return runtimeDir.startsWith("/") ? runtimeDir : privateFolder(variable);
}
