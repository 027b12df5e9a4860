// The launcher is the program `docker-credential-docr` on Linux. It answers a `get` from the response cache or the keychain, erases another
// registry's login, and becomes docr for everything else. scriptc compiles it. test/unit/launcher/launcher.test.ts lists every function that it may call.
import { API_TOKEN_VARIABLES } from "../response-cache/shared/api-token-variables.ts";
import { FALLBACK_ACTIVE } from "../response-cache/shared/other-registry-note.ts";
import { HELPER_FLAG, TETHER_FLAG } from "../response-cache/shared/helper-flag.ts";
import { OUTPUT_FAILED_MESSAGE } from "../response-cache/shared/limits.ts";
import type { ConversationPlan } from "../secret-service/conversation-plan.ts";
import { talkToBus } from "./bus.ts";
import { decide, findResponse } from "./decide.ts";
import { holdVariables } from "./environment.ts";
import { answerFromKeychain, eraseInKeychain } from "./keychain.ts";
import { isDevice } from "./libc.ts";
import { explainLimits } from "./limits.ts";
import { becomeProgram, endAfter, endWithParent, forbidCoreFiles, uptimeMs } from "./process.ts";
import { candidatesInPath, docrIn, findOwnFolder, isCalledDocr } from "./programs.ts";
import { clocks, filesOf, privateFolder } from "./sources.ts";
import { openClosedStreams, print, readInput, restoreInput } from "./stdio.ts";
import { waitForResponse } from "./wait.ts";

/**
 * docr reports an error before that. The limit counts if docr itself hangs: Node's start waits forever for a thread that the process
 * limit forbids. docr lifts the limit before it waits for a fallback helper.
 */
const REQUEST_TIMEOUT_S = 30;
/** For everything that the keychain takes. After it, docr asks, with its own time limit. */
const KEYCHAIN_TIMEOUT_MS = 400;

if (!openClosedStreams()) process.exit(1);
forbidCoreFiles();
// scriptc puts a word of its own in front.
const called = process.argv[1] ?? "";
const args = process.argv.slice(2);
const variable = (name: string): string | undefined => process.env[name];
const files = filesOf(variable);
if (args[0] === TETHER_FLAG) becomeTethered(args[1] ?? "", args[2] ?? "", args.slice(3));

// Commands, and requests that a user types.
if (isCalledDocr(called)) becomeDocr();
const decision = decide(args, variable, readInput, files, clocks);
if (decision.kind === "fail") fail(decision.message);
if (decision.kind === "respond") respond(decision.response, 0);
if (isRequest()) endAfter(REQUEST_TIMEOUT_S);
if (decision.kind === "await-response") {
  const response = waitForResponse(lockFolder(), () =>
    findResponse(decision.name, decision.address, files, clocks),
  );
  if (response !== undefined) respond(response, 0);
}
if (decision.kind === "read-keychain" || decision.kind === "erase-in-keychain") {
  const deadline = uptimeMs() + KEYCHAIN_TIMEOUT_MS;
  const talk = (plan: ConversationPlan): void => talkToBus(plan, variable, deadline);
  const answer =
    decision.kind === "read-keychain"
      ? answerFromKeychain(decision.address, talk)
      : eraseInKeychain(decision.address, talk);
  if (answer !== undefined) respond(answer.response, answer.exitCode);
}
if (!restoreInput()) fail("stdin cannot be passed on");
if (decision.kind === "run-fallback") becomeFallback("docker-credential-" + decision.helper);
becomeDocr();

/** Whether docr answers a client's request. At a terminal, it waits longer, for the user to type the request. */
function isRequest(): boolean {
  if (args.length !== 1 || decision.kind === "run-fallback") return false;
  return args[0] === "list" || (["get", "store", "erase"].includes(args[0] ?? "") && !isDevice(0));
}

function respond(response: string, exitCode: number): never {
  if (print(1, response)) process.exit(exitCode);
  print(2, "docr: " + OUTPUT_FAILED_MESSAGE + "\n");
  process.exit(1);
}

/** Prints the message on stdout, where docker expects an error, and on stderr. */
function fail(message: string): never {
  print(1, message + "\n");
  print(2, "docr: " + message + "\n");
  process.exit(1);
}

/** Becomes the fallback helper with the client's own request, without the API token. Returns if it cannot be started: docr then reports that. */
function becomeFallback(program: string): void {
  process.env[FALLBACK_ACTIVE] = "1";
  for (const name of API_TOKEN_VARIABLES) delete process.env[name];
  for (const path of candidatesInPath(program, variable("PATH") ?? "")) becomeProgram(path, args);
  delete process.env[FALLBACK_ACTIVE];
}

function becomeDocr(): never {
  const folder = findOwnFolder(called, variable("PATH") ?? "");
  if (folder === undefined)
    fail("docr cannot be found without /proc; mount /proc, or call this program by its full path");
  const docr = docrIn(folder);
  // Called by the path that it would run, the launcher would become itself forever.
  if (docr.path === called) fail(called + " is the launcher, and docr is missing; install it again");
  const obstacle = explainLimits();
  if (obstacle !== undefined) fail(obstacle);
  holdVariables();
  becomeProgram(docr.path, docr.args.concat(isCalledDocr(called) ? args : [HELPER_FLAG].concat(args)));
  fail(docr.path + " cannot be run; install it again");
}

/** Becomes the program, which then ends with docr. */
function becomeTethered(parent: string, path: string, itsArgs: readonly string[]): never {
  if (endWithParent(parseInt(parent, 10)) && path.startsWith("/")) {
    becomeProgram(path, itsArgs);
    // A script without an interpreter line, as execvp runs it.
    becomeProgram("/bin/sh", [path].concat(itsArgs));
  }
  print(2, "docr: " + path + " cannot be run\n");
  process.exit(126);
}

/** The runtime directory itself, if it is set: it exists even before docr has created its folder there. */
function lockFolder(): string {
  const runtimeDir = variable("XDG_RUNTIME_DIR") ?? "";
  return runtimeDir.startsWith("/") ? runtimeDir : privateFolder(variable);
}
