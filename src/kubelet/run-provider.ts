/** Runs an image credential provider as the kubelet does. */
import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import { runChild } from "../system/child-process.ts";
import { errorCodeOf } from "../system/errno.ts";
import type { ProviderConfig } from "./provider-config.ts";
import { encodeRequest } from "./request.ts";

/** The kubelet kills a provider after this time. */
const TIMEOUT_MS = 60_000;

export interface ProviderRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined if the provider was killed, or did not end in time. */
  readonly exitCode: number | undefined;
}

/** Runs the provider in `binDir` for an image. Throws `other-helper` if it cannot be started. */
export type RunProvider = (provider: ProviderConfig, binDir: string, image: string) => Promise<ProviderRun>;

/** Whether the provider is `docr kubelet`, whatever its name. */
export function isDocr({ args }: Pick<ProviderConfig, "args">): boolean {
  return args[0] === "kubelet";
}

/** A system service has no home directory and no session. */
const OF_A_SESSION = /^(?:HOME|DBUS_SESSION_BUS_ADDRESS|XDG_.*)$/;

/** `own` is the environment of docr, which may need the API token. `others` is every other provider's. */
export function createRunProvider(own: Environment, others: Environment): RunProvider {
  return async (provider, binDir, image) => {
    const program = `${binDir}/${provider.name}`;
    try {
      return await runChild(program, {
        args: provider.args,
        input: encodeRequest({ apiVersion: provider.apiVersion, image }),
        stdout: "capture",
        stderr: "capture",
        env: { ...withoutSession(isDocr(provider) ? own : others), ...provider.env },
        timeoutMs: TIMEOUT_MS,
      });
    } catch (cause) {
      const code = errorCodeOf(cause) ?? "unknown reason";
      const hint =
        code === "EACCES"
          ? "make it executable; on a file system mounted with noexec, nothing can be run"
          : "check that the file is a program for this machine";
      throw new HelperError("other-helper", `${program} cannot be run (${code})`, { cause, hint });
    }
  };
}

function withoutSession(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OF_A_SESSION.test(name)));
}
