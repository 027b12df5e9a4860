export * from "../compose-node-minting.ts";
