/** Puts the text on one line: replaces control characters with spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ");
}

/** One line for the user on stderr. */
export function stderrLine(text: string): string {
  return `docr: ${oneLine(text)}\n`;
}

/** Makes text from files and other programs safe for a terminal: replaces control characters with `?`. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
