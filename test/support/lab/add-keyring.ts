import { answerAt, argumentsOf, sessionOf } from "../../../src/secret-service/answers.ts";
import { getCollections, openPlainSession } from "../../../src/secret-service/calls.ts";
import { ConversationPlan, Round } from "../../../src/secret-service/conversation-plan.ts";
import { SECRETS_NAME, SECRETS_PATH } from "../../../src/secret-service/names.ts";
import { MethodCall } from "../../../src/secret-service/wire/call.ts";
import type { BusMessage } from "../../../src/secret-service/wire/message.ts";
import { converse } from "../../../src/stores/keychain/bus-connection.ts";
import { accessToBus } from "../bus-access.ts";
import { callSecrets } from "./keyring.ts";
import type { Environment } from "./run.ts";

/** gnome-keyring's own interface, which its login uses. It creates a keyring without a prompt. */
const INTERFACE = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

class AddKeyringPlan extends ConversationPlan {
  path = "";
  private readonly label: string;
  private readonly password: string;
  private round = 0;

  constructor(label: string, password: string) {
    super();
    this.label = label;
    this.password = password;
  }

  override begin(): Round {
    return new Round([getCollections()], []);
  }

  override next(answers: BusMessage[]): Round {
    this.round += 1;
    const first = answerAt(answers, 0);
    if (this.round === 1) return new Round([openPlainSession()], []);
    if (this.round === 2) return new Round([createKeyring(this.label, this.password, sessionOf(first))], []);
    this.path = argumentsOf(first, "o").string();
    return new Round([], []);
  }
}

function createKeyring(label: string, password: string, session: string): MethodCall {
  const call = new MethodCall(
    SECRETS_NAME,
    SECRETS_PATH,
    INTERFACE,
    "CreateWithMasterPassword",
    "a{sv}(oayays)",
  );
  const properties = call.body.beginArray(8);
  call.body.align(8);
  call.body.string("org.freedesktop.Secret.Collection.Label");
  call.body.signature("s");
  call.body.string(label);
  call.body.endArray(properties, 8);
  call.body.align(8);
  call.body.string(session);
  call.body.data(new Uint8Array(0));
  call.body.data(Buffer.from(password));
  call.body.string("text/plain");
  return call;
}

/** Creates an open keyring in gnome-keyring. Returns its path. */
export async function addKeyring(env: Environment, label: string, password = "password"): Promise<string> {
  const plan = new AddKeyringPlan(label, password);
  const socket = (env["DBUS_SESSION_BUS_ADDRESS"] ?? "").replace("unix:path=", "");
  await converse(plan, accessToBus(socket), { machineMs: 5_000, personMs: undefined });
  if (plan.path === "") throw new Error(`gnome-keyring did not create the keyring ${label}`);
  return plan.path;
}

/** Makes the keyring with this path the default one. */
export async function setDefaultKeyring(env: Environment, path: string): Promise<void> {
  await callSecrets(env, "Service.SetAlias", ["default", `objectpath '${path}'`]);
}
