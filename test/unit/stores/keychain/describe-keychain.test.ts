import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeKeychain, programOf } from "../../../../src/stores/keychain/describe-keychain.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { accessToBus } from "../../../support/bus-access.ts";
import { FakeKeychain } from "../../../support/fakes/fake-keychain.ts";

let folder: string;
let daemon: FakeKeychain;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "docr-dk-"));
  daemon = await new FakeKeychain().listen(join(folder, "bus"));
});
afterEach(async () => {
  await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});

const find = (machineMs = 2_000) =>
  describeKeychain(
    accessToBus(join(folder, "bus")),
    { machineMs, personMs: undefined },
    (pid) => `program ${pid}`,
  );

describe("the description of a keychain", () => {
  it("names the daemon's program and its collections, without the one in memory", async () => {
    daemon.add("work", { isLocked: true });
    expect(await find()).toEqual({
      daemon: "program 4711",
      collections: [
        { name: "login", label: "login ü", isLocked: false, isDefault: true },
        { name: "work", label: "work ü", isLocked: true, isDefault: false },
      ],
    });
  });

  it("names a process by the file name of its program", () => {
    expect(programOf(process.pid)).toBe(basename(process.execPath));
    expect(programOf(0)).toBeUndefined();
  });

  it("shows no prompt for a locked keychain", async () => {
    daemon.login.isLocked = true;
    expect((await find()).collections.map(({ isLocked }) => isLocked)).toEqual([true]);
    expect(daemon.called).not.toContain("Unlock");
  });

  it("fails as the keychain does", async () => {
    daemon.state = "silent";
    expect((await failureOf(() => find(30))).code).toBe("keychain-silent");
    daemon.state = { error: "org.freedesktop.DBus.Error.ServiceUnknown", text: "not provided" };
    expect(await failureOf(() => find())).toEqual({
      code: "keychain-missing",
      message: "there is no keychain in this session (no Secret Service on the session bus)",
    });
    await daemon.close();
    expect((await failureOf(() => find())).message).toBe(
      "there is no keychain in this session (no session bus)",
    );
  });
});
