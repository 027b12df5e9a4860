/** How docker's and podman's configuration determines a login. */
import type { Credential } from "../core/credential.ts";
import type { HelperError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";

export type ClientName = "docker" | "podman";

/** The setting that names a helper. `credential-helpers` is in registries.conf, the others are in the JSON files. */
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
  /** A variable, or a path for display. */
  readonly source: string;
  readonly key: string;
  readonly login: ClientLogin;
}

/** A helper from which the client requests the login. */
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

/** One place where a client looks for a login. The client stops at the first place that has one. */
export type Step = FileStep | HelperStep | BrokenStep;

interface Asked {
  readonly client: ClientName;
  /** The variable or file with the setting, for display: `DOCKER_AUTH_CONFIG`, `~/.docker/config.json`. */
  readonly source: string;
  /** The key of the login: `https://index.docker.io/v1/` for Docker Hub, for example. */
  readonly key: string;
  /** The warnings that the client prints about settings that it skips, one line each. */
  readonly warnings: readonly string[];
}

/** The login that a client would use, and its source. */
export type Resolved = Asked &
  (
    | { readonly kind: "none" }
    | { readonly kind: "file"; readonly login: ClientLogin }
    | {
        readonly kind: "helper";
        readonly setting: HelperSetting;
        readonly helper: string;
        /** Undefined if the helper has no login. */
        readonly login: ClientLogin | undefined;
      }
  );

/** `crane` stands for crane, ko and cosign: they read docker's file, and look for the login of an image's path before its host's. */
export type UsingClient = ClientName | "crane";

interface Use {
  readonly client: UsingClient;
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

/** The clients that use docr for a host, and the logins or helpers that clients find before docr. */
export interface ClientUses {
  readonly usedBy: readonly HelperUse[];
  /** The logins or helpers that a client finds before docr. */
  readonly shadowedBy: readonly ClientUse[];
  /** The clients that reject one of their files. Some or all of their settings are missing. */
  readonly broken?: readonly { readonly client: UsingClient; readonly failure: HelperError }[];
  /** The messages of `broken`, and what clients skip, one line each. */
  readonly warnings: readonly string[];
}

/** The name of the setting in the client's file. */
export function settingOf(found: ClientUse | Resolved): HelperSetting | "auths" | "none" {
  if (found.kind === "helper") return found.setting;
  return found.kind === "file" ? "auths" : "none";
}

/** The last part of the helper's name. Undefined if the client runs no helper. */
export function helperOf(found: ClientUse | Resolved): string | undefined {
  return found.kind === "helper" ? found.helper : undefined;
}

/** Returns undefined if the client has no login. */
export function loginIn(resolved: Resolved): ClientLogin | undefined {
  return resolved.kind === "none" ? undefined : resolved.login;
}
