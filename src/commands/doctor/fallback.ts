import { isHelperError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass } from "./finding.ts";

/** Whether docr's fallback helper can be run. No finding without one. */
export async function checkFallback({
  general,
  machine,
  runHelper,
}: Pick<CommandContext, "general" | "machine" | "runHelper">): Promise<readonly Finding[]> {
  const { fallback } = general();
  if (fallback === undefined) return [];
  const name = `docker-credential-${fallback}`;
  try {
    // Whatever it prints: not every helper knows this action, and no other one leaves its keychain alone.
    await runHelper(fallback, "version", "");
    return [pass("fallback", `docr passes requests for other registries to ${name}`)];
  } catch (error) {
    if (!isHelperError(error, "other-helper")) throw error;
    const setting = machine.env["DOCR_FALLBACK"]
      ? "unset DOCR_FALLBACK"
      : "remove fallback from docr/config.json";
    const what = `${error.message}, to which docr passes requests for other registries`;
    return [fail("fallback", what, `install ${name}, or ${setting}`)];
  }
}
