export * from "../../config/doctl.ts";
