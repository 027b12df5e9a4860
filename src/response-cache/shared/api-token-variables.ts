/** The variables that may contain an API token, in order of precedence. Programs that docr and the launcher start do not get them. */
export const API_TOKEN_VARIABLES: readonly string[] = ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"];
