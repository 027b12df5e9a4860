import type { RegistryLogin } from "../../oci/session.ts";
import type { CommandContext } from "../context.ts";
import { isImage, type Target } from "../images/target.ts";

/**
 * Asks the registry whether it accepts the login and, for an image, whether the login may read it. Throws `registry-…` if not. Warns
 * if the registry did not check the login, or if the image does not exist.
 */
export async function checkTargetLogin(
  target: Target,
  login: RegistryLogin,
  { registries, terminal, reporter }: Pick<CommandContext, "registries" | "terminal" | "reporter">,
): Promise<void> {
  const api = await registries();
  const { host } = target;
  await terminal.spin(`asking ${host}`, async () => {
    if (isImage(target)) {
      const found = await api.findManifest(target, login);
      if (!found) reporter.warn(`${host}/${target.repository} does not exist, or this login may not see it`);
    } else if ((await api.checkLogin(host, login)) === "not-needed") {
      reporter.warn(`${host} answers without a login; the login was not checked`);
    }
  });
}
