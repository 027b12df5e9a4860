import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError } from "../../core/errors.ts";
import { printable } from "../../core/text.ts";
import type { RevokedSecret } from "../../credentials/revoke-issued.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { findRevocable, type Revocable } from "./revocable.ts";

/** Revokes credentials that `docr credentials` issued on this or another machine. Exits with 1 if one of them may still be alive. */
export const revokeCommand = defineCommand({
  name: "revoke",
  summary: "Revoke the issued credentials on stdin: a secret, a config.json or a Kubernetes secret",
  options: {
    stateDir: {
      kind: "value",
      value: "dir",
      description: "Revoke those that docr kubelet keeps in this directory, instead of stdin",
    },
  },
  examples: [
    "docr revoke < config.json",
    "kubectl get secret registry-acme -o yaml | docr revoke",
    "printenv REGISTRY_PASSWORD | docr revoke",
    "docr revoke --state-dir /var/lib/docr",
  ],
  exitCodes: { 0: "revoked", 1: "at least one may still be valid", 3: "no credential found" },
  needs: ["revokeIssued", "inventory", "terminal"],
  async run({ options: { stateDir } }, context) {
    const { revokeIssued, terminal } = context;
    const found = stateDir === undefined ? await readRevocable(terminal) : await findHeld(stateDir, context);
    const secrets = found.map(({ secret }) => secret);
    const results = await terminal.spin("revoking", () => revokeIssued(secrets, stateDir));
    const revoked = results.filter(({ outcome }) => outcome === "revoked").length;
    return {
      text: results.map((result, index) => `${describe(result, found[index])}\n`).join(""),
      json: {
        revoked,
        notRevoked: results.length - revoked,
        credentials: results.map((result, index) => ({
          key: found[index]?.key ?? null,
          outcome: result.outcome,
          ...(result.outcome === "failed" && { reason: result.failure.message }),
        })),
      },
      exitCode: revoked === results.length ? 0 : 1,
    };
  },
});

async function readRevocable(terminal: Terminal): Promise<readonly Revocable[]> {
  const input = terminal.canAsk
    ? await terminal.askHidden("Credential to revoke")
    : await terminal.readSecret("the credentials");
  return findRevocable(input);
}

/** Finds the credentials that the kubelet of this node holds. Throws `no-login` if there are none. */
async function findHeld(
  stateDir: string,
  { inventory }: Pick<CommandContext, "inventory">,
): Promise<readonly Revocable[]> {
  const secrets = await inventory.held(stateDir);
  if (secrets.length > 0) return secrets.map((secret) => ({ key: REGISTRY_HOST, secret }));
  throw new HelperError("no-login", `docr kubelet has no credential in ${stateDir}`, {
    hint: "run it as the user of the kubelet, which is usually root",
  });
}

function describe(result: RevokedSecret, found: Revocable | undefined): string {
  const what = found?.key === undefined ? "the credential" : `the credential for ${printable(found.key)}`;
  switch (result.outcome) {
    case "revoked":
      return `revoked ${what}`;
    case "api-token":
      return `not revoked: ${what} is an API token; delete it in DigitalOcean's control panel`;
    case "foreign":
      return `not revoked: ${what} was not issued by DigitalOcean`;
    case "failed":
      return `not revoked: ${what}: ${result.failure.message}`;
  }
}
