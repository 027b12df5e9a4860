/** One of the made-up logins that fill a keychain. */
export function loginNumber(index: number) {
  const host = `registry-${index}.example.com`;
  return {
    host,
    serverUrl: `https://${host}`,
    username: "somebody",
    secret: `secret-${index}`.padEnd(40, "."),
  };
}

/** Whether this is what `list` prints with so many logins. */
export function isListOf(count: number, stdout: string): boolean {
  try {
    return Object.keys(JSON.parse(stdout)).length === count;
  } catch {
    return false;
  }
}
