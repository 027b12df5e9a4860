import { printable } from "../../core/text.ts";
import type { RevokedSecret } from "../../credentials/revoke-issued.ts";
import { defineCommand } from "../command.ts";
import { findRevocable, type Revocable } from "./revocable.ts";

/** Revokes credentials that `docr credentials` issued on this or another machine. Exits with 1 if one of them may still be alive. */
export const revokeCommand = defineCommand({
  name: "revoke",
  summary: "Revoke the issued credentials on stdin: a secret, a config.json or a Kubernetes secret",
  examples: [
    "docr revoke < config.json",
    "kubectl get secret registry-acme -o yaml | docr revoke",
    "printenv REGISTRY_PASSWORD | docr revoke",
  ],
  exitCodes: { 0: "revoked", 1: "at least one may still be valid", 3: "no credential found" },
  needs: ["revokeIssued", "terminal"],
  async run(_input, { revokeIssued, terminal }) {
    const input = terminal.canAsk
      ? await terminal.askHidden("Credential to revoke")
      : await terminal.readSecret("the credentials");
    const found = findRevocable(input);
    const secrets = found.map(({ secret }) => secret);
    const results = await terminal.spin("revoking", () => revokeIssued(secrets));
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
