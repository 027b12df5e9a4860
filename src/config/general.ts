import { HelperError } from "../core/errors.ts";
import type { ConfigFile } from "./config-file.ts";
import type { Environment } from "../core/machine.ts";
import { isHelperName } from "../response-cache/shared/fallback-note.ts";
import { oneOf } from "./registry.ts";

/** Where API tokens and logins are kept; `auto` is the keychain, and says what else there is when it is missing. */
export type StoreSetting = "auto" | "keychain" | "file" | "pass";

/** What is decided for every host, not for ours alone. */
export interface ProgramSettings {
  readonly store: StoreSetting;
  /** The helper for every host but ours, as the last part of its name ("osxkeychain"). */
  readonly fallback: string | undefined;
  /** Where decisions are logged: `stderr`, a file's path, or nowhere. */
  readonly log: "stderr" | { readonly path: string } | undefined;
}

/** Throws `bad-setting`, naming the variable and what it takes. */
export function readProgramSettings(env: Environment, file: ConfigFile): ProgramSettings {
  const stores = ["auto", "keychain", "file", "pass"] as const;
  const log = env["DOCR_LOG"];
  return {
    store:
      oneOf<StoreSetting>("DOCR_STORE", env["DOCR_STORE"], stores) ??
      oneOf<StoreSetting>("store in docr/config.json", file.store, stores) ??
      "auto",
    fallback:
      readFallback("DOCR_FALLBACK", env["DOCR_FALLBACK"]) ??
      readFallback("fallback in docr/config.json", file.fallback),
    log: log === undefined || log === "" ? undefined : log === "debug" ? "stderr" : { path: log },
  };
}

function readFallback(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (isHelperName(text)) return text;
  throw new HelperError(
    "bad-setting",
    `${name} must be the last part of another helper's name, as in credsStore`,
  );
}
