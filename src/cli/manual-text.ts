import type { CommandTree } from "../commands/command.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wrapWords } from "../terminal/wrap.ts";
import { type Block, manualBlocks } from "./manual.ts";

const INDENT = 7;
/** Lines that are longer are hard to read. */
const WIDEST = 100;

/** Creates the manual for a terminal, in the form that man gives it. */
export function manualText(
  tree: CommandTree,
  { columns, paint }: Pick<Terminal, "columns" | "paint">,
): string {
  const width = Math.min(columns, WIDEST);
  const lines = manualBlocks(tree).flatMap((block) => linesOf(block, width, paint));
  return `${lines.join("\n").trimStart()}\n`;
}

function linesOf(block: Block, width: number, paint: Terminal["paint"]): readonly string[] {
  const indented = (text: string, indent: number): readonly string[] =>
    wrapWords(text, width - indent).map((line) => " ".repeat(indent) + line);
  const bold = (text: string): string => paint("bold", text);
  switch (block.kind) {
    case "section":
      return ["", bold(block.text)];
    case "heading":
      return ["", `   ${bold(block.text)}`];
    case "text":
      return indented(block.text, INDENT);
    case "entry":
      return [" ".repeat(INDENT) + bold(block.term), ...indented(block.text, 2 * INDENT)];
    case "lines":
      return ["", ...block.lines.map((line) => " ".repeat(INDENT) + line)];
    case "synopsis":
      return [`${" ".repeat(INDENT)}${bold(block.name)} ${block.rest}`];
  }
}
