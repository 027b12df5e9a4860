import type { Command } from "commander";
import type { Frame } from "../commands/frame.ts";
import { examples } from "../commands/frame.ts";

/** The variables in the manual page. docs/configuration.md describes each; a test compares the two. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  DIGITALOCEAN_ACCESS_TOKEN: "API token to mint with; wins over all other sources",
  DIGITALOCEAN_TOKEN: "the same, where the first is not set",
  DIGITALOCEAN_ACCESS_TOKEN_FILE: "a file that holds the token, where neither is set",
  DIGITALOCEAN_CONTEXT: "which account's token to use",
  DIGITALOCEAN_CONFIG: "doctl's config file",
  DIGITALOCEAN_API_URL: "base URL of the API",
  DIGITALOCEAN_OAUTH_URL: "base URL for revoking",
  DOCR_REGISTRY: "name of the registry to mint for",
  DOCR_ACCESS: "read-only, read-write or auto",
  DOCR_TTL: "life of a minted credential in seconds",
  DOCR_CACHE: "where minted credentials are kept: runtime, keychain or none",
  DOCR_STORE: "where API tokens and logins are kept: keychain, file, pass or auto",
  DOCR_AGE_IDENTITY_FILE: "the age identity of DOCR_STORE=file",
  DOCR_FALLBACK: "the helper for every host but DigitalOcean's",
  DOCR_LOG: "debug, or a file for the trace",
  NO_COLOR: "set to anything: no colours",
};

export function addManPage(program: Command, frame: Frame): void {
  frame
    .command(program, "man", "print the manual page", { json: false })
    .addHelpText("after", examples(["docr man | man -l -"]))
    .action(() => frame.finish({ text: manPage(program, frame.ports.version) }));
}

/** The manual in roff (man(7)), made of commander's tree: a verb that is added is in it. */
export function manPage(program: Command, version: string): string {
  const verbs = leavesOf(program).filter((verb) => verb.name() !== "help");
  return [
    `.TH DOCR 1 "" "docker\\-credential\\-docr ${escaped(version)}" "User Commands"`,
    ".SH NAME",
    `docr, docker\\-credential\\-docr \\- ${escaped(lowerFirst(program.description()))}`,
    ".SH SYNOPSIS",
    ".B docr",
    "\\fIverb\\fR [\\fIoptions\\fR]",
    ".br",
    ".B docker\\-credential\\-docr",
    "store|get|erase|list|version",
    ".SH DESCRIPTION",
    escaped(
      "docker, podman, skopeo and buildah call it for a registry's login. For DigitalOcean's registry it mints a short-lived one from an API token; those of other registries it keeps in the keychain. The verbs below are for people.",
    ),
    ".SH VERBS",
    ...verbs.flatMap((verb) => section(verb)),
    ".SS Every verb",
    ".TP",
    ".B \\-h, \\-\\-help",
    "show the verb's help",
    ".TP",
    ".B \\-\\-no\\-color",
    "print without colours, as does the variable NO_COLOR",
    ".SH ENVIRONMENT",
    ...Object.entries(ENVIRONMENT).flatMap(([name, meaning]) => [
      ".TP",
      `.B ${escaped(name)}`,
      escaped(meaning),
    ]),
    ".SH EXIT STATUS",
    "0 done, 1 failed, 2 wrong usage, 3 not there (no image, no login), 4 refused by the registry, 130 interrupted.",
    ".SH SEE ALSO",
    ".BR docker\\-login (1),",
    ".BR podman\\-login (1),",
    ".BR containers\\-auth.json (5)",
    "",
  ].join("\n");
}

/** The verbs that do something, those of a group in its place. */
function leavesOf(parent: Command): readonly Command[] {
  const children = parent.createHelp().visibleCommands(parent);
  return children.flatMap((child) => {
    const inner = leavesOf(child).filter((verb) => verb.name() !== "help");
    return inner.length > 0 ? inner : [child];
  });
}

function section(verb: Command): readonly string[] {
  const help = verb.createHelp();
  const own = help.visibleOptions(verb).filter(({ long }) => long !== "--help" && long !== "--no-color");
  const options = own.flatMap((option) => {
    return [".TP", `.B ${escaped(help.optionTerm(option))}`, escaped(help.optionDescription(option))];
  });
  const [, shown] = /\nExamples:\n([^]*)/.exec(helpOf(verb)) ?? [];
  const lines = (shown ?? "").split("\n").filter((line) => line.trim() !== "");
  const code = lines.length > 0 ? [".PP", ".nf", ...lines.map((line) => escaped(line)), ".fi"] : [];
  return [`.SS ${escaped(help.commandUsage(verb))}`, escaped(verb.description()), ...options, ...code];
}

/** The whole help, with the texts that were added to it. */
function helpOf(verb: Command): string {
  const before = verb.configureOutput();
  let text = "";
  verb.configureOutput({ writeOut: (part) => void (text += part) });
  verb.outputHelp();
  verb.configureOutput(before);
  return text;
}

/** Roff reads backslashes, hyphens, and dots and quotes that begin a line. */
function escaped(text: string): string {
  return text.replace(/\\/g, "\\e").replace(/-/g, "\\-").replace(/^[.']/gm, "\\&$&").replace(/\n/g, " ");
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
