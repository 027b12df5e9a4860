export * from "../../stores/age/vault.ts";
