/** The made-up login with this number. */
export function loginNumber(index: number) {
  const host = `registry-${index}.example.com`;
  return {
    host,
    serverUrl: `https://${host}`,
    username: "sammy",
    secret: `secret-${index}`.padEnd(40, "."),
  };
}

/** Whether this is the output of `list` with `count` logins. */
export function isListOf(count: number, stdout: string): boolean {
  try {
    return Object.keys(JSON.parse(stdout)).length === count;
  } catch {
    return false;
  }
}
