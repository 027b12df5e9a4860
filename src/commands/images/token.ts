import { HelperError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { openSecret } from "../pull-secrets/docker-config.ts";
import { findChosenLogin, LOGIN_OPTIONS, readLoginChoice } from "./given-login.ts";
import { isImage, parseTarget } from "./target.ts";

/** Prints a secret. It is short-lived, and docr caches none. */
export const tokenCommand = defineCommand({
  name: "token",
  arguments: ["<image>"],
  summary: "Print the registry's bearer token for an image, for requests with curl",
  options: {
    push: { kind: "flag", description: "A token that permits push (default: pull only)" },
    ...LOGIN_OPTIONS,
  },
  examples: [
    "docr token registry.digitalocean.com/acme/app",
    'curl -H "Authorization: Bearer $(docr token ghcr.io/a/b)" https://ghcr.io/v2/a/b/tags/list',
    "docr token registry.digitalocean.com/acme/app --push --json",
  ],
  exitCodes: { 0: "success", 1: "failure", 2: "wrong usage", 4: "rejected" },
  needs: ["clients", "registries", "helper", "terminal", "reporter"],
  async run({ options, args: [text] }, context) {
    const target = parseTarget(text);
    if (!isImage(target)) {
      throw new HelperError("bad-arguments", "a token is for a repository, and this is a registry", {
        hint: `name a repository: docr token ${target.host}/NAME`,
      });
    }
    const { terminal } = context;
    const { host, repository } = target;
    const choice = await readLoginChoice(options, terminal);
    const { login } = await findChosenLogin(choice, target, context);
    const registries = await context.registries();
    const access = options.push ? "pull,push" : "pull";
    const token = await terminal.spin(`asking ${host}`, () => registries.fetchToken(target, login, access));
    const opened = openSecret(token.secret);
    return {
      text: `${opened}\n`,
      json: {
        host,
        repository,
        scope: token.scope,
        token: opened,
        expiresInSeconds: token.expiresInSeconds ?? null,
      },
    };
  },
});
