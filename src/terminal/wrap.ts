/**
 * Breaks the text between words into lines of at most `width` columns, each with the text's own indentation. A longer word, such
 * as a path, stays whole.
 */
export function wrapWords(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const [indent = ""] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.slice(indent.length).split(" ")) {
    if (line !== undefined && line.length + 1 + word.length <= width) {
      line += ` ${word}`;
    } else {
      if (line !== undefined) lines.push(line);
      line = indent + word;
    }
  }
  return line === undefined ? lines : [...lines, line];
}
