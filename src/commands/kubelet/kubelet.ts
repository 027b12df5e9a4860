import { DEFAULT_STATE_DIR } from "../../kubelet/state-dir.ts";
import { type CommandGroup, defineCommand } from "../command.ts";
import { kubeletCheckCommand } from "./check.ts";
import { kubeletConfigCommand } from "./config.ts";
import { STATE_DIR_OPTION } from "./state-dir-option.ts";

/** Normally, the program answers the kubelet without loading the commands (app/kubelet/run-kubelet.ts). */
const answerCommand = defineCommand({
  name: "kubelet",
  summary: "Answer the kubelet, as its image credential provider",
  options: { stateDir: STATE_DIR_OPTION },
  hasJson: false,
  examples: ["docr kubelet < request.json", `docr kubelet --state-dir ${DEFAULT_STATE_DIR} < request.json`],
  exitCodes: { 0: "answered", 1: "failure; stdout is empty" },
  needs: ["kubelet"],
  async run({ options: { stateDir } }, { kubelet }) {
    return { text: await kubelet.answer(stateDir) };
  },
});

export const kubeletCommands: CommandGroup = {
  name: "kubelet",
  summary: answerCommand.summary,
  own: answerCommand,
  commands: [kubeletConfigCommand, kubeletCheckCommand],
};
