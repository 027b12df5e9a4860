import type { ApiToken } from "../registry/api-token.ts";
import type { Secret } from "../secret.ts";
import type { SecretStore } from "./ports.ts";

const NAME = "api-token:default";

/** The API token in the keychain. */
export interface ApiTokens {
  read(): Promise<ApiToken | undefined>;
  /** Returns whether it differs from the one that was there. */
  write(secret: Secret): Promise<boolean>;
  erase(): Promise<boolean>;
}

export function createApiTokens(keychain: SecretStore): ApiTokens {
  return {
    async read() {
      const secret = await keychain.read(NAME);
      return secret && { secret, from: "keychain", source: "the keychain" };
    },
    async write(secret) {
      const before = await keychain.read(NAME);
      if (before?.equals(secret) === true) return false;
      await keychain.write(NAME, secret);
      return before !== undefined;
    },
    erase: () => keychain.erase(NAME),
  };
}
