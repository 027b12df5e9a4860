import type { CommandTree } from "../commands/command.ts";
import { type Block, manualBlocks } from "./manual.ts";

/** Creates the manual page in roff (man(7)). */
export function manPage(tree: CommandTree, version: string): string {
  const title = `.TH DOCR 1 "" "docker\\-credential\\-docr ${escaped(version)}" "User Commands"`;
  return [title, ...manualBlocks(tree).flatMap(roffOf), ""].join("\n");
}

function roffOf(block: Block): readonly string[] {
  switch (block.kind) {
    case "section":
      return [`.SH ${escaped(block.text)}`];
    case "heading":
      return [`.SS ${escaped(block.text)}`];
    case "text":
      return [escaped(block.text)];
    case "entry":
      return [".TP", `.B ${escaped(block.term)}`, escaped(block.text)];
    case "lines":
      return [".PP", ".nf", ...block.lines.map(escaped), ".fi"];
    case "synopsis":
      return [`.B ${escaped(block.name)}`, escaped(block.rest), ".br"];
  }
}

/** Escapes what roff interprets: backslashes, hyphens, and dots and quotes at the start of a line. */
function escaped(text: string): string {
  return text.replace(/\\/g, "\\e").replace(/-/g, "\\-").replace(/^[.']/gm, "\\&$&").replace(/\n/g, " ");
}
