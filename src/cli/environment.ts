/** The variables in the manual page. docs/configuration.md describes each; a test compares the two. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  DIGITALOCEAN_ACCESS_TOKEN: "API token; takes precedence over every other source",
  DIGITALOCEAN_TOKEN: "API token, if DIGITALOCEAN_ACCESS_TOKEN is not set",
  DIGITALOCEAN_ACCESS_TOKEN_FILE: "File with the API token, if neither of the two is set",
  DIGITALOCEAN_CONTEXT: "Account whose API token is used",
  DIGITALOCEAN_CONFIG: "doctl's configuration file",
  DIGITALOCEAN_API_URL: "Base URL of DigitalOcean's API",
  DIGITALOCEAN_OAUTH_URL: "Base URL of the OAuth service that revokes credentials",
  DOCR_REGISTRY: "Name of the registry",
  DOCR_ACCESS: "Access of new credentials: read-only, read-write or auto",
  DOCR_TTL: "Lifetime of new credentials in seconds",
  DOCR_CACHE: "Where credentials are cached: runtime, keychain or none",
  DOCR_STORE: "Where API tokens and logins are stored: keychain, file, pass or auto",
  DOCR_AGE_IDENTITY_FILE: "age identity for DOCR_STORE=file",
  DOCR_FALLBACK: "Fallback helper, which gets the requests for all other registries",
  DOCR_LOG: "debug, or the file for the trace",
  NO_COLOR: "Print without colours",
};
