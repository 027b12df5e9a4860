/** Questions and progress on a terminal. An asset of its own: most verbs never ask. */
import { type CANCEL_SYMBOL, confirm, isCancel, password, text, updateSettings } from "@clack/prompts";
import spinner from "yocto-spinner";
import { HelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Streams } from "./terminal.ts";

export interface Prompts {
  askHidden(question: string): Promise<Secret>;
  ask(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
  /** Returns what ends it. */
  spin(doing: string): () => void;
}

/** Node's line editor closes at it without a word to clack, and the process would end as if all were done. */
const CTRL_D = "\u0004";

/** On stderr, so that stdout stays what scripts read. */
export function createPrompts({ stdin, stderr, onInterrupt }: Streams): Prompts {
  updateSettings({ aliases: { [CTRL_D]: "cancel" } });
  const on = { input: stdin, output: stderr, withGuide: false };
  const ask = <T extends string | boolean>(question: () => Promise<T | typeof CANCEL_SYMBOL>): Promise<T> =>
    listening(stdin, async () => answered(await question()));
  return {
    askHidden: async (message) => new Secret(await ask(() => password({ ...on, message }))),
    ask: (message) => ask(() => text({ ...on, message })),
    confirm: (message) => ask(() => confirm({ ...on, message, initialValue: false })),
    spin(doing) {
      // Its own handler leaves by an exit, which waits for a keychain that is stuck.
      const shown = spinner({ text: doing, stream: stderr, handleSignals: false }).start();
      const release = onInterrupt(() => void shown.stop());
      return () => {
        release();
        shown.stop();
      };
    },
  };
}

/** Node's line editor pauses its input when the process comes back from ctrl-Z, and leaves it to its owner to go on. */
async function listening<T>(stdin: Streams["stdin"], work: () => Promise<T>): Promise<T> {
  let isAsking = true;
  // Later, because the end of a question pauses too, just before it is told.
  const goOn = (): void => void setImmediate(() => isAsking && stdin.resume());
  stdin.on("pause", goOn);
  try {
    return await work();
  } finally {
    isAsking = false;
    stdin.off("pause", goOn);
  }
}

function answered<T extends string | boolean>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new HelperError("cancelled", "cancelled");
  return answer;
}
