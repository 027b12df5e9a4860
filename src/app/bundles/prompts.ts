export * from "../../terminal/prompts.ts";
