export * from "../kubelet/run-kubelet.ts";
