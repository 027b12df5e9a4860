/**
 * Fills the keychain of this session as our `store` would, in one process: `node fill-ours.ts FROM TO`. Otherwise a
 * thousand logins take minutes.
 */
import keytar from "keytar";
import { encodeLogin } from "../../src/credentials/codec.ts";
import { Secret } from "../../src/core/secret.ts";
import { loginNumber } from "./logins.ts";

const SERVICE = "docker-credential-docr";

const [from = 0, to = 0] = process.argv.slice(2).map(Number);
for (let index = from; index < to; index += 1) {
  const { host, serverUrl, username, secret } = loginNumber(index);
  const kept = encodeLogin({ serverUrl, username, secret: new Secret(secret) });
  await keytar.setPassword(SERVICE, `login:${host}`, kept.reveal());
}
// What says which names there are (src/stores/keychain/name-index.ts) knows none of these: without it the next list looks for itself.
await keytar.deletePassword(SERVICE, "index");
process.exit(0);
