export * from "../kubelet/compose-node-minting.ts";
