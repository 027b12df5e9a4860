/**
 * Fills this session's keychain as docr's `store` would, but in one process, because 1,000 calls of `store` take minutes.
 * Usage: node fill-docr.ts FROM TO
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
process.exit(0);
