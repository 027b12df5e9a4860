/** Questions and progress on a terminal. An asset of its own: most verbs never ask. */
import { type CANCEL_SYMBOL, confirm, isCancel, password, text } from "@clack/prompts";
import spinner from "yocto-spinner";
import { HelperError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { Streams } from "./terminal.ts";

export interface Prompts {
  askHidden(question: string): Promise<Secret>;
  ask(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
  /** Returns what ends it. */
  spin(doing: string): () => void;
}

/** On stderr, so that stdout stays what scripts read. */
export function createPrompts({ stdin, stderr }: Streams): Prompts {
  const on = { input: stdin, output: stderr, withGuide: false };
  return {
    askHidden: async (message) => new Secret(answered(await password({ ...on, message }))),
    ask: async (message) => answered(await text({ ...on, message })),
    confirm: async (message) => answered(await confirm({ ...on, message, initialValue: false })),
    spin(doing) {
      const shown = spinner({ text: doing, stream: stderr }).start();
      return () => void shown.stop();
    },
  };
}

function answered<T extends string | boolean>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new HelperError("cancelled", "cancelled");
  return answer;
}
