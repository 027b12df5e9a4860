export * from "../run-kubelet.ts";
