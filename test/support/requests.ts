/** The requests that tests send to docr, and how they read its response. */
import type { Outcome } from "./lab/run.ts";

export const HOST = "registry.digitalocean.com";
export const LIST = "/v2/registries";
export const MINT = "/v2/registries/acme/docker-credentials";
/** More often than any run calls the API. */
export const ALWAYS = 999;

/** What `store` reads on stdin. */
export function loginFor(server: string, username = "sammy", secret = `password of ${server}`): string {
  return `${JSON.stringify({ ServerURL: server, Username: username, Secret: secret })}\n`;
}

/** The secret that a `get` returned. Empty if it failed. Never print it. */
export function secretOf({ code, stdout }: Outcome): string {
  if (code !== 0) return "";
  const response: unknown = JSON.parse(stdout);
  const hasSecret = typeof response === "object" && response !== null && "Secret" in response;
  return hasSecret && typeof response.Secret === "string" ? response.Secret : "";
}

export interface TraceLine {
  readonly pid: number;
  readonly event: string;
  readonly [detail: string]: unknown;
}

export function readTrace(text: string): TraceLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): TraceLine => JSON.parse(line));
}
