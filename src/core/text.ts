/** The text on one line: replaces control characters with spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ");
}

/** One line for the user on stderr. */
export function stderrLine(text: string): string {
  return `docr: ${oneLine(text)}\n`;
}

/** Text from files and other programs, safe for a terminal: control characters become `?`. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
