import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";
import { type Environment, run, runWell } from "./run.ts";

/** A real terminal (tmux) in which one command runs. */
export interface TerminalSession {
  /** Returns the visible text. */
  screen(): Promise<string>;
  /** Returns everything shown so far, with wrapped lines joined. */
  scrollback(): Promise<string>;
  /** Returns the visible text with colours and styles, as escape sequences. */
  colours(): Promise<string>;
  /** Types text. */
  type(text: string): Promise<void>;
  /** Presses a key by tmux's name: `Enter`, `C-c`. */
  press(key: string): Promise<void>;
  /** Waits for the text and returns the screen. Throws an error with the screen after 20 s. */
  waitFor(text: string | RegExp): Promise<string>;
  close(): Promise<void>;
}

const COLUMNS = 100;
const ROWS = 40;
const PATIENCE_MS = 20_000;

/**
 * Runs a shell command in a terminal. When the command ends, the screen shows `[exit N]`, and the shell goes on, so that a
 * test sees in which state the command left the terminal.
 */
export async function openTerminal(
  folder: string,
  command: string,
  env: Environment,
): Promise<TerminalSession> {
  const socket = join(folder, "tmux");
  const tmux = (args: readonly string[]) =>
    run("tmux", ["-S", socket, ...args], {
      env: { PATH: SYSTEM_PATH, HOME: folder, LANG: "C.UTF-8", TERM: "xterm-256color" },
    });
  const variables = Object.entries({ ...env, LANG: "C.UTF-8" }).map(([name, value]) => `${name}=${value}`);
  await runWell(
    "tmux",
    [
      "-S",
      socket,
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      `${COLUMNS}`,
      "-y",
      `${ROWS}`,
      "-s",
      "t",
      "env",
      "-i",
      "TERM=tmux-256color",
      // The same prompt for every user.
      "PS1=$ ",
      ...variables,
      "sh",
    ],
    {
      env: { PATH: SYSTEM_PATH, HOME: folder, LANG: "C.UTF-8", TERM: "xterm-256color" },
    },
  );
  const capture = async (flags: readonly string[]): Promise<string> =>
    (await tmux(["capture-pane", "-p", "-t", "t", ...flags])).stdout.trimEnd();
  const session: TerminalSession = {
    screen: () => capture([]),
    scrollback: async () => (await capture(["-J", "-S", "-"])).replace(/ +$/gm, ""),
    colours: () => capture(["-e"]),
    type: async (text) => void (await tmux(["send-keys", "-t", "t", "-l", text])),
    press: async (key) => void (await tmux(["send-keys", "-t", "t", key])),
    async waitFor(text) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const screen = await capture([]);
        if (typeof text === "string" ? screen.includes(text) : text.test(screen)) return screen;
        if (performance.now() > end) throw new Error(`the terminal did not show ${String(text)}:\n${screen}`);
        await sleep(50);
      }
    },
    close: async () => void (await tmux(["kill-server"])),
  };
  await session.type(`clear; ${command}; echo "[exit $?]"`);
  await session.press("Enter");
  return session;
}
