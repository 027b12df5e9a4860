/** Prompts and the spinner. They are in a separate bundle, because most commands use neither. */
import { type CANCEL_SYMBOL, confirm, isCancel, password, text, updateSettings } from "@clack/prompts";
import spinner from "yocto-spinner";
import { HelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Streams } from "./streams.ts";

export interface Prompts {
  askHidden(question: string): Promise<Secret>;
  ask(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
  /** Returns a function that stops the spinner. */
  spin(label: string): () => void;
}

/** At ctrl-D, Node's line editor closes without an event for clack, and the process would exit with 0. */
const CTRL_D = "\u0004";

/** Prompts use stderr, because scripts read stdout. */
export function createPrompts({ stdin, stderr, onInterrupt }: Streams): Prompts {
  updateSettings({ aliases: { [CTRL_D]: "cancel" } });
  const on = { input: stdin, output: stderr, withGuide: false };
  const ask = <T extends string | boolean>(question: () => Promise<T | typeof CANCEL_SYMBOL>): Promise<T> =>
    whileListening(stdin, async () => answerOf(await question()));
  return {
    askHidden: async (message) => new Secret(await ask(() => password({ ...on, message }))),
    ask: (message) => ask(() => text({ ...on, message })),
    confirm: (message) => ask(() => confirm({ ...on, message, initialValue: false })),
    spin(label) {
      // The spinner's own signal handler exits normally, and that would wait for a stuck keychain.
      const running = spinner({ text: label, stream: stderr, handleSignals: false }).start();
      const release = onInterrupt(() => void running.stop());
      return () => {
        release();
        running.stop();
      };
    },
  };
}

/** Keeps stdin running: Node's line editor pauses it when the process continues after ctrl-Z, and does not resume it. */
async function whileListening<T>(stdin: Streams["stdin"], work: () => Promise<T>): Promise<T> {
  let isAsking = true;
  // Wait a moment: the end of a prompt also pauses stdin, just before the prompt reports the answer.
  const resume = (): void => void setImmediate(() => isAsking && stdin.resume());
  stdin.on("pause", resume);
  try {
    return await work();
  } finally {
    isAsking = false;
    stdin.off("pause", resume);
  }
}

function answerOf<T extends string | boolean>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new HelperError("cancelled", "cancelled");
  return answer;
}
