import { hintOf } from "../../core/error-catalog.ts";
import { type HelperError, isHelperError, toHelperError } from "../../core/errors.ts";
import { DOCKER_HUB, type Image } from "../../core/image.ts";
import type { RegistryExchange } from "../../oci/exchanges.ts";
import type { Registries } from "../../oci/registries.ts";
import type { CommandContext } from "../context.ts";
import { findChosenLogin, type LoginChoice } from "./given-login.ts";
import type { Checked, CheckOutcome } from "./outcome.ts";
import { nameOf, nameOfRegistry, type Question } from "./question.ts";
import { isImage, type Target } from "./target.ts";
import type { UsedLogin } from "./used-login.ts";

export type LoginToSend = { readonly used: UsedLogin } | { readonly failure: HelperError };

/** Never throws, because an error for one target must not hide the outcome of the others. */
export async function findLoginToSend(
  choice: LoginChoice,
  target: Target,
  context: Pick<CommandContext, "clients" | "helper" | "reporter">,
): Promise<LoginToSend> {
  try {
    return { used: await findChosenLogin(choice, target, context) };
  } catch (error) {
    return { failure: toHelperError(error) };
  }
}

export interface Check {
  readonly target: Target;
  readonly question: Question;
  readonly login: LoginToSend;
  readonly absentOn401: boolean | undefined;
  /** Collects each exchange. */
  readonly exchanges: RegistryExchange[];
}

/** Never throws, like `findLoginToSend`. */
export async function checkTarget(
  check: Check,
  { registries }: Pick<CommandContext, "registries">,
): Promise<Checked> {
  const { target, question, login, exchanges } = check;
  const { host } = target;
  const checked = isImage(target)
    ? ({ host, name: nameOf(target, question), key: "image" } as const)
    : ({ host, name: nameOfRegistry(target), key: "registry" } as const);
  if ("failure" in login) return { ...checked, used: undefined, outcome: outcomeOf(login.failure) };
  const { used } = login;
  try {
    const api = await registries((exchange) => void exchanges.push(exchange));
    return { ...checked, used, outcome: await ask(api, check, used) };
  } catch (error) {
    return { ...checked, used, outcome: outcomeOf(error) };
  }
}

async function ask(
  registries: Registries,
  { target, question, absentOn401 }: Check,
  { login }: UsedLogin,
): Promise<CheckOutcome> {
  if (!isImage(target)) {
    const check = await registries.checkLogin(target.host, login);
    return { status: check === "accepted" ? "accepted" : "open" };
  }
  const rules = absentOn401 === undefined ? {} : { absentOn401 };
  const absent = { status: "absent", why: whyAbsent(target, absentOn401) } as const;
  switch (question) {
    case "manifest": {
      const manifest = await registries.findManifest(target, login, rules);
      return manifest ? { status: "found", manifest } : absent;
    }
    case "tags": {
      const tags = await registries.listTags(target, login, rules);
      return tags ? { status: "found", tags } : absent;
    }
    case "raw": {
      const bytes = await registries.readManifest(target, login, rules);
      return bytes ? { status: "found", text: textOf(bytes) } : absent;
    }
    case "push":
      return (await registries.mayPush(target, login)) ? { status: "allowed" } : { status: "absent" };
  }
}

/** A refusal is a result; everything else is a failure. */
function outcomeOf(error: unknown): CheckOutcome {
  const isRefusal = isHelperError(error, "registry-unauthorized") || isHelperError(error, "registry-denied");
  if (isRefusal) return { status: "refused", reason: error.message };
  // DigitalOcean gives no credential for another account's registry.
  if (isHelperError(error, "api-not-found")) {
    const hint = hintOf(error);
    return { status: "refused", reason: hint === undefined ? error.message : `${error.message}; ${hint}` };
  }
  return { status: "failed", failure: toHelperError(error) };
}

function whyAbsent({ host }: Image, absentOn401: boolean | undefined): string | undefined {
  if (host === DOCKER_HUB) return "Docker Hub does not say which";
  return absentOn401 ? "--absent-on-401" : undefined;
}

/** A manifest is JSON, which is UTF-8, so printing its text reproduces the bytes. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
