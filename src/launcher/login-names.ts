// The names under which docr stores the login for an address. The launcher's compiler has no regular expressions, so this repeats
// core/address.ts for the plain addresses that the launcher handles. test/unit/launcher/login-names.test.ts compares the two.

/** The prefix of logins' names in the store. */
const LOGIN_PREFIX = "login:";
const DOCKER_HUB = "index.docker.io/v1";
const OLDER_DOCKER_HUB = "docker.io";
const HUB_HOSTS: readonly string[] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/**
 * The names in the order to try. `address` is certainly another registry's and contains only plain characters. Empty if docr must
 * decide.
 */
export function loginNames(address: string): string[] {
  const key = keyOf(address);
  if (key === "") return [];
  if (!isDockerHub(key)) return [LOGIN_PREFIX + key];
  return [LOGIN_PREFIX + DOCKER_HUB, LOGIN_PREFIX + OLDER_DOCKER_HUB];
}

/** The address without its scheme and final slashes, with the host in lower case. */
function keyOf(address: string): string {
  const lowerCase = address.toLowerCase();
  let start = 0;
  if (lowerCase.startsWith("http://")) start = 7;
  if (lowerCase.startsWith("https://")) start = 8;
  let end = address.length;
  while (end > start && address.charCodeAt(end - 1) === 47) end--;
  const slash = address.indexOf("/", start);
  const hostEnd = slash < 0 || slash > end ? end : slash;
  return lowerCase.slice(start, hostEnd) + address.slice(hostEnd, end);
}

function isDockerHub(key: string): boolean {
  for (const host of HUB_HOSTS) {
    if (!key.startsWith(host)) continue;
    let rest = key.slice(host.length);
    if (rest.startsWith(":443")) rest = rest.slice(4);
    if (rest === "" || rest === "/v1" || rest === "/v2") return true;
  }
  return false;
}
