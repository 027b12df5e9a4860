import { alignColumns } from "../../terminal/table.ts";
import { defineCommand } from "../command.ts";

/** `docr version` alone is a request of the protocol, with a fixed response. This command adds the build's facts. */
export const versionCommand = defineCommand({
  name: "version",
  summary: "Print the version; with --json, also the commit, Node and file digests",
  examples: ["docr version", "docr version --json"],
  needs: ["about", "version", "terminal"],
  async run(_input, { about, version, terminal }) {
    const { commit, node, baseIntegrity } = about;
    const files = await about.executables();
    const rows = [
      ["version", version],
      ["commit", commit ?? "unknown"],
      ["Node", node.version],
      ...files.map(({ path, sha256 }) => [path, sha256]),
    ];
    return {
      text: alignColumns(rows, terminal.width),
      json: {
        version,
        commit: commit ?? null,
        base: { node: node.version, integrity: baseIntegrity ?? null, libraries: node.libraries },
        files,
      },
    };
  },
});
