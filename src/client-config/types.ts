/** What docker's and podman's configuration files mean for one login. */
import type { Credential } from "../core/credential.ts";
import type { HelperError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";

export type ClientName = "docker" | "podman";

/** The setting that names a helper. `credential-helpers` stands in registries.conf, the others in the JSON files. */
export type HelperSetting = "credHelpers" | "credsStore" | "credential-helpers";

/** A login in one of the three forms that clients store. */
export type ClientLogin =
  | { readonly kind: "password"; readonly credential: Credential }
  /** An OAuth2 refresh token: `identitytoken` in the file, the user name `<token>` in the helpers' protocol. */
  | { readonly kind: "identity-token"; readonly token: Secret }
  /** A bearer token that docker's engine sends unchanged: `registrytoken` in the file. */
  | { readonly kind: "registry-token"; readonly token: Secret };

/** A login in the file itself. */
export interface FileStep {
  readonly kind: "file";
  /** A variable or a path, as the user would write it. */
  readonly source: string;
  readonly key: string;
  readonly login: ClientLogin;
}

/** A helper that the client asks for the key. */
export interface HelperStep {
  readonly kind: "helper";
  readonly setting: HelperSetting;
  readonly source: string;
  readonly key: string;
  /** The last part of the helper's name. */
  readonly helper: string;
}

/** A file that the client cannot read and skips. */
export interface BrokenStep {
  readonly kind: "broken";
  readonly failure: HelperError;
}

/** One place where a client looks for a login. It stops at the first that has one. */
export type Step = FileStep | HelperStep | BrokenStep;

interface Asked {
  readonly client: ClientName;
  /** The variable or file that decides, as the user would write it: `DOCKER_AUTH_CONFIG`, `~/.docker/config.json`. */
  readonly source: string;
  /** The key that was found or looked for: `https://index.docker.io/v1/` for Docker Hub. */
  readonly key: string;
  /** What the client skips with a warning, one line each. */
  readonly warnings: readonly string[];
}

/** Which login a client would use, and from where. */
export type Resolved = Asked &
  (
    | { readonly kind: "none" }
    | { readonly kind: "file"; readonly login: ClientLogin }
    | {
        readonly kind: "helper";
        readonly setting: HelperSetting;
        readonly helper: string;
        /** Undefined if the helper has none. */
        readonly login: ClientLogin | undefined;
      }
  );

interface Use {
  readonly client: ClientName;
  /** As in `Resolved`. */
  readonly source: string;
}
export interface HelperUse extends Use {
  readonly kind: "helper";
  readonly setting: HelperSetting;
  readonly helper: string;
}
/** How a client gets the login for a host. */
export type ClientUse = HelperUse | (Use & { readonly kind: "file" });

/** Which clients ask docr for a host, and what they find first. */
export interface ClientUses {
  readonly usedBy: readonly HelperUse[];
  /** What a client finds before it would ask docr. */
  readonly shadowedBy: readonly ClientUse[];
  /** Files that could not be read, one line each. */
  readonly warnings: readonly string[];
}

/** The setting that decides, by its name in the client's file. */
export function settingOf(found: ClientUse | Resolved): HelperSetting | "auths" | "none" {
  if (found.kind === "helper") return found.setting;
  return found.kind === "file" ? "auths" : "none";
}

/** The last part of the helper's name. Undefined if no helper is asked. */
export function helperOf(found: ClientUse | Resolved): string | undefined {
  return found.kind === "helper" ? found.helper : undefined;
}

/** Undefined if the client has no login. */
export function loginIn(resolved: Resolved): ClientLogin | undefined {
  return resolved.kind === "none" ? undefined : resolved.login;
}
