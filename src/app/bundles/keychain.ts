export * from "../open-keychain.ts";
