/** What a credential helper prints where it has no login. Clients compare the whole of stdout with it (docker/docker-credential-helpers). */
export const NOT_FOUND = "credentials not found in native keychain";
