import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parseArguments } from "../../src/cli/commander.ts";
import { failureOfSync } from "../support/fakes/failure-of.ts";

const PROJECT = join(import.meta.dirname, "../..");
const DOCUMENTS = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdownIn("docs")];

const textOf = (path: string): string => readFileSync(join(PROJECT, path), "utf8");

describe("the documents", () => {
  it("link only to files and headings that exist", () => {
    const broken = DOCUMENTS.flatMap((path) => {
      return linksIn(path)
        .filter((link) => !isFound(link))
        .map((link) => `${path}: ${link.file}#${link.heading}`);
    });
    expect(broken).toEqual([]);
  });

  it("name only files of src, scripts and test that exist", () => {
    const missing = DOCUMENTS.flatMap((path) => {
      const named = Array.from(
        textOf(path).matchAll(/`((?:src|scripts|test)\/[\w./-]+)`/g),
        ([, file = ""]) => file,
      );
      return named.filter((file) => !existsSync(join(PROJECT, file))).map((file) => `${path}: ${file}`);
    });
    expect(missing).toEqual([]);
  });

  it("name a test in each row of the threat model", () => {
    const [, model = ""] = /^## Threat model\n([^]*?)^## /m.exec(textOf("SECURITY.md")) ?? [];
    const rows = model
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (?:attacker|---)/.test(line));
    expect(rows.length).toBeGreaterThan(15);
    // The test before checks that these files exist.
    expect(rows.filter((row) => !/`test\/[\w/-]+\.test\.ts` \|$/.test(row))).toEqual([]);
  });

  it("have only YAML that can be parsed", () => {
    const texts = DOCUMENTS.flatMap((path) => yamlIn(path).map((text) => ({ path, text })));
    expect(texts.length).toBeGreaterThan(3);
    const wrong = texts.flatMap(({ path, text }) =>
      parseAllDocuments(text).flatMap((document) =>
        document.errors.map(({ message }) => `${path}: ${message}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("have manifests for External Secrets whose names refer to each other", () => {
    const [, recipe = ""] = textOf("docs/kubernetes.md").split("\n## External Secrets\n");
    const [, text = ""] = /```yaml\n([^]*?)```/.exec(recipe) ?? [];
    const resources = parseAllDocuments(text).map((document) => Object(document.toJS()));
    const named = (kind: string): readonly unknown[] =>
      resources.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
    const [webhook, secret, copy, store, role, binding] = [
      "Webhook",
      "ExternalSecret",
      "ClusterExternalSecret",
      "ClusterSecretStore",
      "Role",
      "RoleBinding",
    ].map((kind) => resources.find((one) => one.kind === kind));
    expect(named("Secret")).toEqual([webhook.spec.secrets[0].secretRef.name]);
    expect(named("Webhook")).toEqual([secret.spec.dataFrom[0].sourceRef.generatorRef.name]);
    expect(named("ExternalSecret")).toEqual([copy.spec.externalSecretSpec.data[0].remoteRef.key]);
    expect(named("ExternalSecret")).toEqual(role.rules[0].resourceNames);
    expect(named("ClusterSecretStore")).toEqual([copy.spec.externalSecretSpec.secretStoreRef.name]);
    expect(named("ServiceAccount")).toEqual([store.spec.provider.kubernetes.auth.serviceAccount.name]);
    expect(named("ServiceAccount")).toEqual([binding.subjects[0].name]);
    expect(store.spec.conditions).toEqual([{ namespaceSelector: copy.spec.namespaceSelectors[0] }]);
  });

  it("show only command lines that docr accepts", () => {
    const lines = DOCUMENTS.flatMap((path) => commandLinesIn(path).map((line) => ({ path, line })));
    expect(lines.length).toBeGreaterThan(50);
    const rejected = lines.flatMap(({ path, line }) => {
      const failure = failureOfSync(() => {
        parseArguments(wordsOf(line), { tree: COMMANDS, columns: 80, isHelper: false });
      });
      return failure ? [`${path}: ${line}: ${failure.message}`] : [];
    });
    expect(rejected).toEqual([]);
  });

  it("have a README whose troubleshooting table quotes messages of docr", () => {
    const source = sourcesIn("src");
    const quoted = messagesIn(textOf("README.md"));
    expect(quoted.length).toBeGreaterThan(5);
    expect(quoted.filter((message) => !source.includes(message))).toEqual([]);
  });
});

/** Returns the arguments of each `docr` command line in the code blocks, without the prompt, pipes and redirections. */
function commandLinesIn(path: string): readonly string[] {
  const blocks = Array.from(
    textOf(path).matchAll(/^```(?:console|sh)\n([^]*?)^```$/gm),
    ([, block = ""]) => block,
  );
  return blocks.flatMap((block) =>
    Array.from(block.matchAll(/^(?:\$ )?(?:[A-Z_]+=\S+ )*docr (.*)$/gm), ([, line = ""]) => {
      return line.split(/ (?:[|<>&#\\]|2>)/, 1)[0]?.trim() ?? "";
    }),
  );
}

/** Splits a command line as a shell does. */
function wordsOf(line: string): readonly string[] {
  return Array.from(
    line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, one, two, three]) => one ?? two ?? three ?? "",
  );
}

interface Link {
  /** Relative to the project. */
  readonly file: string;
  /** Empty for the whole file. */
  readonly heading: string;
}

function linksIn(path: string): readonly Link[] {
  const targets = Array.from(textOf(path).matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target);
  return targets
    .filter((target) => !target.includes("://"))
    .map((target) => {
      const [file = "", heading = ""] = target.split("#");
      return { file: file === "" ? path : relative(PROJECT, join(PROJECT, dirname(path), file)), heading };
    });
}

function isFound({ file, heading }: Link): boolean {
  if (!existsSync(join(PROJECT, file))) return false;
  return heading === "" || anchorsIn(textOf(file)).includes(heading);
}

/** The anchors of the headings, as GitHub makes them. */
function anchorsIn(markdown: string): readonly string[] {
  return Array.from(markdown.matchAll(/^#{1,6} (.+)$/gm), ([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** The quoted messages of the troubleshooting table, without the parts that vary (…). */
function messagesIn(readme: string): readonly string[] {
  const [, section = ""] = readme.split("## Troubleshooting");
  const [table = ""] = section.split("\n## ");
  return Array.from(table.matchAll(/^\| `([^`]+)`/gm), ([, message = ""]) => message)
    .flatMap((message) => message.split("…"))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function sourcesIn(folder: string): string {
  const names = readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts"))
    .map((name) => textOf(join(folder, name)))
    .join("\n");
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(PROJECT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** The YAML snippets of a document. */
function yamlIn(path: string): readonly string[] {
  return Array.from(textOf(path).matchAll(/^```ya?ml\n([^]*?)^```$/gm), ([, text = ""]) => text);
}
