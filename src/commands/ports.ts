/** What the verbs for people stand on, beside the domain's own ports. */
import type { Environment, Machine } from "../core/machine.ts";
import type { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import type { HelperPorts } from "../credentials/ports.ts";
import type { Network } from "../http/reach.ts";
import type { Registries } from "../oci/registries.ts";
import type { Credential } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";

/** The person's terminal, or the pipe in its place. Everything but `result` texts goes to stderr. */
export interface Terminal {
  /** Whether somebody can be asked: stdin and stderr are terminals. */
  readonly canAsk: boolean;
  /** Whether what is printed on stdout is read by a person. */
  readonly isStdoutTerminal: boolean;
  /** Columns for text on stdout: the terminal's, 80 elsewhere. */
  readonly columns: number;
  /** Marks text for the eye; the text itself where colours are not wanted. Only on what goes to stdout. */
  paint(style: Style, text: string): string;
  /** Asks without an echo. Throws `no-terminal` where nobody can be asked, `cancelled` on ctrl-C. */
  askHidden(question: string): Promise<Secret>;
  /** Asks, with an echo. Throws like `askHidden`. */
  ask(question: string): Promise<string>;
  /** A question of yes or no, no being the default. Throws like `askHidden`. */
  confirm(question: string): Promise<boolean>;
  /** Shows on a terminal's stderr that something is under way, and nothing elsewhere. */
  spin<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** Whole lines on stdout, at once: what is known before the rest of a result's text. Not under `--json`. */
  print(text: string): void;
  /** One line of remark on stderr, at once. */
  remark(text: string): void;
  /** All of stdin, for `--password-stdin`: UTF-8, one final line break dropped. Throws `input-missing` where it is empty. */
  readSecret(): Promise<Secret>;
}

export type Style = "bold" | "dim" | "green" | "yellow" | "red";

/** Which credential a client would use, and where from. */
export interface Resolved {
  /** The client whose files these are. */
  readonly client: "docker" | "podman";
  /** The variable or file that decides, as a person would name it: `DOCKER_AUTH_CONFIG`, `~/.docker/config.json`. */
  readonly source: string;
  readonly kind: ClientSetting | "none";
  /** The key that was found, or would be looked for: `https://index.docker.io/v1/` for Docker Hub. */
  readonly key: string;
  /** The helper that was asked, by the last part of its name. */
  readonly helper: string | undefined;
  readonly credential: Credential | undefined;
  /** An OAuth2 refresh token in the place of a password (user name `<token>`, or `identitytoken` in the file). */
  readonly identityToken: Secret | undefined;
  /** A bearer token that docker's engine sends as it is (`registrytoken` in the file); then there is no credential. */
  readonly registryToken?: Secret | undefined;
  /** What the client passes over with a warning, as a line each. */
  readonly warnings?: readonly string[];
}

/** The setting that decides: `credential-helpers` is that of registries.conf, the others those of the JSON files. */
export type ClientSetting = "auths" | "credHelpers" | "credsStore" | "credential-helpers";

export interface ResolveOptions {
  /** The image's, where podman may have a login of its own for it. */
  readonly repository?: string | undefined;
  /** The key to look under, where it is not the one that the host has. */
  readonly key?: string | undefined;
}

/** How a client comes by the login for a host. */
export interface ClientUse {
  readonly client: "docker" | "podman";
  /** As in Resolved. */
  readonly source: string;
  readonly kind: ClientSetting;
  readonly helper: string | undefined;
}

/** Who asks us for a host, and what answers in our place. */
export interface ClientUses {
  readonly usedBy: readonly ClientUse[];
  /** What a client finds before it would ask us. */
  readonly shadowedBy: readonly ClientUse[];
  /** Files that could not be read, as a line each. */
  readonly warnings: readonly string[];
}

/** The clients' configurations (src/client-config). */
export interface Clients {
  /**
   * As docker (or podman) would for a pull from the registry's host. Runs the helper that the configuration names.
   * Throws `client-config` for a file that cannot be read or parsed and `other-helper` for a helper that fails.
   */
  resolve(host: string, client: "docker" | "podman", options?: ResolveOptions): Promise<Resolved>;
  /** Which clients would ask us for the login under this key (`ghcr.io`, `https://index.docker.io/v1/`); runs no helper. */
  usesOf(key: string): Promise<ClientUses>;
}

/** A file that is to be changed, as it was when it was read. */
export interface EditedFile {
  /** As the client names it. */
  readonly path: string;
  /** As a person would name it. */
  readonly shown: string;
  /** Where its bytes are: `path` with its links followed. */
  readonly target: string;
  /** All of it, a byte order mark included; undefined where there is no file. */
  readonly text: string | undefined;
}

/** `outdated`: somebody else has changed the file since it was read, and nothing was done. */
export type Replaced = "done" | "outdated";

/** Changing files of the clients and of ours (src/client-config/edit). Every method throws `client-config`. */
export interface Files {
  /** Reads it, following links. Throws for what is there and is no text that can be read. */
  open(path: string): EditedFile;
  /** Throws where it could not be replaced: it is read-only, or its folder is. */
  checkWritable(file: EditedFile): void;
  /** Puts the text in its place as a whole, or removes it where that is undefined. Links, mode and owner stay. */
  replace(file: EditedFile, text: string | undefined): Replaced;
  /** Keeps what was read beside it, for this user alone, and never in the place of anything. Returns the copy's path. */
  backUp(file: EditedFile): string;
  /** The copies that `backUp` made of it. */
  backupsOf(path: string): readonly string[];
  /** Whether the PATH has one of these programs. */
  hasProgram(...names: readonly string[]): boolean;
  /** The helper that docker takes by itself while its file says nothing of logins; undefined where it takes none. */
  defaultStore(dockerConfig: EditedFile): string | undefined;
  /** Whom podman asks, in its order. */
  podmanHelpers(): readonly string[];
}

/** What another credential helper answered. */
export interface HelperAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/** All that a verb may use. What costs time to load is a function that loads it. */
export interface VerbPorts {
  readonly helper: Helper;
  readonly domain: HelperPorts;
  readonly machine: Machine;
  readonly env: Environment;
  readonly terminal: Terminal;
  /** Of this program. */
  readonly version: string;
  clients(): Promise<Clients>;
  files(): Promise<Files>;
  registries(): Promise<Registries>;
  network(): Promise<Network>;
  /** What to do next about a failure; undefined where its message says all. */
  hintOf(failure: HelperError): string | undefined;
  /** Runs `docker-credential-NAME VERB` and captures its stdout; stderr is the person's. Throws `other-helper` where there is no such program. */
  runHelper(name: string, verb: string, input: string): Promise<HelperAnswer>;
}

/** What a verb came to. */
export interface Result {
  /** For a person; whole lines, or empty. */
  readonly text: string;
  /** For `--json`; undefined for a verb that shows nothing. Field names are camelCase, moments ISO 8601, lengths of time in seconds. */
  readonly json?: unknown;
  /** 0 unless told. */
  readonly exitCode?: number;
}
