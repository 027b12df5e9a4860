export * from "../run.ts";
