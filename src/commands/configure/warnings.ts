import { parseClientFile } from "../../client-config/client-file.ts";
import { withoutMark } from "../../client-config/client-file.ts";
import { hasSecret } from "../../client-config/auth-entry.ts";
import { parseCredentialHelpers } from "../../client-config/registries-conf.ts";
import type { ClientUse } from "../../client-config/types.ts";
import type { Machine } from "../../core/machine.ts";
import { hasProgram } from "../../system/executables.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { PlannedEdit } from "./edit.ts";
import { OURSELVES } from "./plan.ts";

/** What the person should know of files in which clients look for us, as a line each. */
export function remarksOn(
  edits: readonly PlannedEdit[],
  machine: Machine,
  shadowedBy: readonly ClientUse[],
): readonly string[] {
  const remarks = edits.flatMap(remarksOnMark);
  for (const { client, source } of shadowedBy.filter(({ kind }) => kind === "file")) {
    remarks.push(
      `${client} takes the login for ${REGISTRY_HOST} from ${source}, and does not ask docr for it`,
    );
  }
  const program = `docker-credential-${OURSELVES}`;
  if (!hasProgram(program, machine)) remarks.push(`${program} is not on the PATH, where clients look for it`);
  return remarks;
}

/** Which of these files hold logins that no client looks for there. */
export function remarksOnLogins(edits: readonly PlannedEdit[]): readonly string[] {
  return edits.flatMap(({ file: { label }, kind, text }) => {
    if (kind === "own" || text === undefined) return [];
    const { auths, credHelpers, credsStore } = parseClientFile(withoutMark(text), label);
    const hidden = [...auths].filter(
      ([host, entry]) => hasSecret(entry) && (credHelpers.get(host) ?? credsStore) === OURSELVES,
    );
    if (hidden.length === 0) return [];
    const hosts = hidden.map(([host]) => host).join(", ");
    return [
      `${label} still holds the login for ${hosts}, which nobody reads there any more: docr migrate moves it into the keychain`,
    ];
  });
}

function remarksOnMark({ file: { label }, kind, text }: PlannedEdit): readonly string[] {
  if (kind === "own" || text === undefined || withoutMark(text) === text) return [];
  return [`${label} begins with a byte order mark, and docker and podman pass over it for that`];
}

/** Where clients would still ask us after `unconfigure`, which takes out no more than what `configure` put in. */
export function remarksOnRest(edits: readonly PlannedEdit[]): readonly string[] {
  return edits.flatMap(({ file: { label }, kind, text }) => {
    if (text === undefined) return [];
    if (kind === "own") {
      const isNamed = parseCredentialHelpers(text, label)?.includes(OURSELVES) === true;
      return isNamed ? [`${label} was changed by somebody and still names docr: take it out by hand`] : [];
    }
    const { credHelpers } = parseClientFile(withoutMark(text), label);
    const hosts = [...credHelpers].filter(([, helper]) => helper === OURSELVES).map(([host]) => host);
    return hosts.length === 0 ? [] : [`${label} still names docr for ${hosts.join(", ")}`];
  });
}
