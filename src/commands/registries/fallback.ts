/** Checks docr's fallback helper, which docr asks before its own store. */
import { listHelper } from "../../client-config/helper-client.ts";
import { HelperError } from "../../core/errors.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import { type Fallback, type LoginAddress, storeKeyOf } from "./logins.ts";

/** Returns undefined without a fallback helper. If it does not list its logins, assumes that it has every login. */
export async function openFallback({
  general,
  runHelper,
}: Pick<CommandContext, "general" | "runHelper">): Promise<Fallback | undefined> {
  const helper = general().fallback;
  if (helper === undefined) return undefined;
  const listed = await undefinedIfFailed(() => listHelper(runHelper, helper));
  const keys = listed && new Set(listed.map(storeKeyOf));
  return { helper, answers: (host) => keys?.has(storeKeyOf(host)) !== false };
}

/** Throws `bad-setting` if the fallback helper has a login for the host, because clients would get that one. */
export async function checkNoFallback(
  context: Pick<CommandContext, "general" | "machine" | "runHelper">,
  { host, name, key }: LoginAddress,
): Promise<void> {
  const fallback = await openFallback(context);
  if (!fallback?.answers(key)) return;
  const { helper } = fallback;
  throw new HelperError(
    "bad-setting",
    `clients get the login for ${name} from the fallback helper docker-credential-${helper}, not from docr`,
    {
      hint: context.machine.env["DOCR_FALLBACK"]
        ? `log in with docker login ${host}, or unset DOCR_FALLBACK`
        : `log in with docker login ${host}, or move its login to docr: docr migrate ${host} --from ${helper}`,
    },
  );
}
