import { HelperError } from "../../core/errors.ts";
import type { Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { needLogin, otherHost, viewOf } from "./logins.ts";

/** Forgets a login of our store, and nothing else: the registry, and other helpers, keep theirs. Throws `no-login`. */
export async function removeLogin(
  ports: VerbPorts,
  text: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<Result> {
  const host = otherHost(text);
  const found = await needLogin(ports, host);
  const { terminal } = ports;
  if (!yes && !(await terminal.confirm(`Forget the login for ${host}?`))) {
    throw new HelperError("cancelled", "cancelled");
  }
  await ports.domain.logins.erase(found.storeKey);
  const view = viewOf(found);
  return {
    text: `removed the login for ${host} from docr's store; at the registry it is as good as before\n`,
    json: { host: view.host, username: view.username, removed: true },
  };
}
