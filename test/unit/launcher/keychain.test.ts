import { expect, it } from "vitest";
import { NOT_FOUND } from "../../../src/core/not-found.ts";
import { answerFromKeychain, eraseInKeychain, type KeychainAnswer } from "../../../src/launcher/keychain.ts";
import { attributesOf } from "../../../src/secret-service/attributes.ts";
import { converse } from "../../support/fakes/converse.ts";
import { FakeSecretBus } from "../../support/fakes/secret-bus.ts";
import { FakeSecretDaemon } from "../../support/fakes/secret-daemon.ts";

const record = (secret: string): string => `{"serverUrl":"x","username":"me","secret":"${secret}"}`;
const NONE = { response: `${NOT_FOUND}\n`, exitCode: 1 };

function ask(address: string, daemon: FakeSecretDaemon | undefined): KeychainAnswer | undefined {
  return answerFromKeychain(address, (plan) => converse(plan, new FakeSecretBus(daemon)));
}

/** A daemon with this value under the name. */
function daemonWith(name: string, value: string): FakeSecretDaemon {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), attributesOf(name), value);
  return daemon;
}

it("answers with the stored login, and repeats the address", () => {
  expect(ask("https://GHCR.io/", daemonWith("login:ghcr.io", record("s3cr3t")))).toEqual({
    response: '{"ServerURL":"https://GHCR.io/","Username":"me","Secret":"s3cr3t"}\n',
    exitCode: 0,
  });
});

it("answers that there is no login", () => {
  expect(ask("quay.io", daemonWith("login:ghcr.io", record("x")))).toEqual(NONE);
});

it("finds Docker Hub's login under the name that older versions used too", () => {
  const hub = "https://index.docker.io/v1/";
  expect(ask(hub, daemonWith("login:index.docker.io/v1", record("new")))?.response).toContain('"new"');
  expect(ask(hub, daemonWith("login:docker.io", record("old")))?.response).toContain('"old"');
  expect(ask(hub, daemonWith("login:ghcr.io", record("x")))).toEqual(NONE);
});

it("leaves to docr what only docr can decide", () => {
  const locked = daemonWith("login:ghcr.io", record("x"));
  for (const collection of locked.collections) collection.isLocked = true;
  expect(ask("ghcr.io", locked)).toBe(undefined);
  const twice = daemonWith("login:ghcr.io", record("x"));
  twice.put(twice.add("second"), attributesOf("login:ghcr.io"), record("y"));
  expect(ask("ghcr.io", twice)).toBe(undefined);
  expect(ask("ghcr.io", daemonWith("login:ghcr.io", "damaged"))).toBe(undefined);
  expect(ask("ghcr.io", undefined)).toBe(undefined);
  expect(ask("ghcr.io", new FakeSecretDaemon({ refusesPlain: true }))).toBe(undefined);
  expect(ask("https://", daemonWith("login:", record("x")))).toBe(undefined);
});

it("shows no prompt", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login", { isLocked: true, unlocking: "prompt" });
  daemon.put(keyring, attributesOf("login:ghcr.io"), record("x"));
  expect(ask("ghcr.io", daemon)).toBe(undefined);
  expect(daemon.called).not.toContain("Prompt");
});

it("leaves a request to docr if the conversation does not end in time", () => {
  expect(answerFromKeychain("ghcr.io", () => undefined)).toBe(undefined);
});

function erase(address: string, daemon: FakeSecretDaemon | undefined): KeychainAnswer | undefined {
  return eraseInKeychain(address, (plan) => converse(plan, new FakeSecretBus(daemon)));
}

const ERASED = { response: "", exitCode: 0 };
const itemsIn = (daemon: FakeSecretDaemon): number => daemon.collections.flatMap(({ items }) => items).length;

it("erases the login in every collection, and no other", () => {
  const daemon = daemonWith("login:ghcr.io", record("x"));
  daemon.put(daemon.add("second"), attributesOf("login:ghcr.io"), record("y"));
  daemon.put(daemon.add("third"), attributesOf("login:quay.io"), record("z"));
  expect(erase("https://GHCR.io/", daemon)).toEqual(ERASED);
  expect(itemsIn(daemon)).toBe(1);
  expect(ask("quay.io", daemon)?.exitCode).toBe(0);
});

it("has nothing to erase where there is no login", () => {
  expect(erase("quay.io", daemonWith("login:ghcr.io", record("x")))).toEqual(ERASED);
});

it("erases Docker Hub's login under both names", () => {
  const daemon = daemonWith("login:index.docker.io/v1", record("new"));
  daemon.put(daemon.add("second"), attributesOf("login:docker.io"), record("old"));
  expect(erase("docker.io", daemon)).toEqual(ERASED);
  expect(itemsIn(daemon)).toBe(0);
});

it("leaves an erase to docr if something is locked, needs a prompt or fails", () => {
  const locked = daemonWith("login:ghcr.io", record("x"));
  for (const collection of locked.collections) collection.isLocked = true;
  expect(erase("ghcr.io", locked)).toBe(undefined);
  const prompting = new FakeSecretDaemon({ changesByPrompt: true });
  prompting.put(prompting.add("login"), attributesOf("login:ghcr.io"), record("x"));
  expect(erase("ghcr.io", prompting)).toBe(undefined);
  expect(itemsIn(prompting)).toBe(1);
  expect(erase("ghcr.io", undefined)).toBe(undefined);
  expect(erase("https://", daemonWith("login:", record("x")))).toBe(undefined);
  expect(eraseInKeychain("ghcr.io", () => undefined)).toBe(undefined);
});
