import { DEFAULT_STATE_DIR } from "../../kubelet/state-dir.ts";
import type { Option } from "../command.ts";

export const STATE_DIR_OPTION = {
  kind: "value",
  value: "dir",
  description: "Directory where the node keeps its credentials",
  default: DEFAULT_STATE_DIR,
} as const satisfies Option;
