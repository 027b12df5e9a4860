import { expect, it } from "vitest";
import { keychainLine } from "../../../../src/commands/account/keychain-labels.ts";

const login = { name: "login", label: "Login", isLocked: false, isDefault: true };
const copy = { name: "work", label: "Login", isLocked: true, isDefault: false };

it("names a collection by its label, and by its name if that is another, and marks the default one", () => {
  const collections = [login, copy, { ...copy, name: "db", label: "Work" }];
  expect(keychainLine({ daemon: "keepassxc", collections })).toBe(
    "keepassxc; open: Login (default); locked: Login (work), Work (db)",
  );
  const other = { ...login, label: "Anmeldung" };
  expect(keychainLine({ daemon: "kwalletd5", collections: [other] })).toBe(
    "kwalletd5; open: Anmeldung (login, default)",
  );
});

it("says if nothing is open, or if there is no collection", () => {
  expect(keychainLine({ daemon: "keepassxc", collections: [copy] })).toBe("keepassxc; locked: Login (work)");
  expect(keychainLine({ daemon: undefined, collections: [] })).toBe("an unknown program; open: none");
});
