const COLLECTION = /^\/org\/freedesktop\/secrets\/collection\/([^/]{1,100})/;

/**
 * The collection's name in its path, or in the path of an item. Undefined for another path. gnome-keyring writes characters that are no
 * letters or digits as `_` and two hexadecimal digits.
 */
export function collectionNameOf(path: string): string | undefined {
  const name = COLLECTION.exec(path)?.[1];
  return name?.replaceAll(/_(2[0-9a-f]|5f)/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
