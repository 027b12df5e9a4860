import type { KeychainDescription } from "../context.ts";

/** The collections in one line: `Login (default), Private (work)`. Errors quote the name, so it is shown if the label is another. */
function labelsOf(collections: KeychainDescription["collections"]): string {
  const labels = collections.map(({ name, label, isDefault }) => {
    const isSame = name.toLowerCase() === label.toLowerCase();
    const notes = [...(isSame ? [] : [name]), ...(isDefault ? ["default"] : [])];
    return notes.length === 0 ? label : `${label} (${notes.join(", ")})`;
  });
  return labels.join(", ") || "none";
}

/** The program and its collections in one line: `gnome-keyring-daemon; open: Login (default); locked: work`. */
export function keychainLine({ daemon = "an unknown program", collections }: KeychainDescription): string {
  const open = collections.filter(({ isLocked }) => !isLocked);
  const locked = collections.filter(({ isLocked }) => isLocked);
  return [
    daemon,
    ...(open.length > 0 || locked.length === 0 ? [`open: ${labelsOf(open)}`] : []),
    ...(locked.length > 0 ? [`locked: ${labelsOf(locked)}`] : []),
  ].join("; ");
}
