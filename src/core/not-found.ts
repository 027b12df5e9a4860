/** A credential helper prints this if it has no login. Clients compare all of stdout with it (docker/docker-credential-helpers). */
export const NOT_FOUND = "credentials not found in native keychain";
