/** The variables in the manual page. docs/configuration.md describes each; a test compares the two. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  DIGITALOCEAN_ACCESS_TOKEN: "API token to mint with; wins over all other sources",
  DIGITALOCEAN_TOKEN: "the same, where the first is not set",
  DIGITALOCEAN_ACCESS_TOKEN_FILE: "a file that holds the token, where neither is set",
  DIGITALOCEAN_CONTEXT: "which account's token to use",
  DIGITALOCEAN_CONFIG: "doctl's config file",
  DIGITALOCEAN_API_URL: "base URL of the API",
  DIGITALOCEAN_OAUTH_URL: "base URL for revoking",
  DOCR_REGISTRY: "name of the registry to mint for",
  DOCR_ACCESS: "read-only, read-write or auto",
  DOCR_TTL: "life of a minted credential in seconds",
  DOCR_CACHE: "where minted credentials are kept: runtime, keychain or none",
  DOCR_STORE: "where API tokens and logins are kept: keychain, file, pass or auto",
  DOCR_AGE_IDENTITY_FILE: "the age identity of DOCR_STORE=file",
  DOCR_FALLBACK: "the helper for every host but DigitalOcean's",
  DOCR_LOG: "debug, or a file for the trace",
  NO_COLOR: "set to anything: no colours",
};
