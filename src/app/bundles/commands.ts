export * from "../compose-commands.ts";
