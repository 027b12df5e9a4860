import { isHelperError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass } from "./finding.ts";

/** Checks whether docr's fallback helper can be run. Returns nothing if there is none. */
export async function checkFallback({
  general,
  machine,
  runHelper,
}: Pick<CommandContext, "general" | "machine" | "runHelper">): Promise<readonly Finding[]> {
  const { fallback } = general();
  if (fallback === undefined) return [];
  const name = `docker-credential-${fallback}`;
  try {
    // Ignore what it prints: not every helper knows this action. But it is the only one that does not open a keychain.
    await runHelper(fallback, "version", "");
    return [pass("fallback", `docr passes requests for other registries to ${name}`)];
  } catch (error) {
    if (!isHelperError(error, "other-helper")) throw error;
    const setting = machine.env["DOCR_FALLBACK"]
      ? "unset DOCR_FALLBACK"
      : "remove fallback from docr/config.json";
    const what = `${error.message}, docr's fallback helper for other registries`;
    return [fail("fallback", what, `install ${name}, or ${setting}`)];
  }
}
