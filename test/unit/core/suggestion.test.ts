import { describe, expect, it } from "vitest";
import { suggest } from "../../../src/core/suggestion.ts";

describe("a suggestion", () => {
  it.each([
    ["statsu", "status"],
    ["prun", "prune"],
    ["loggin", "login"],
    ["confgure", "configure"],
    ["--jsn", "--json"],
  ])("for %s is %s", (word, suggestion) => {
    const candidates = ["login", "logout", "status", "prune", "configure", "unconfigure", "--json"];
    expect(suggest(word, candidates)).toBe(suggestion);
  });

  it.each(["", "x", "pull", "credential-helper"])("does not exist for %j", (word) => {
    expect(suggest(word, ["login", "prune", "status"])).toBeUndefined();
  });

  it.each([
    ["--token", "--token-stdin"],
    ["cred", "credentials"],
    ["re", undefined],
    ["reg", undefined],
  ])("for the beginning %s is %s", (word, suggestion) => {
    const candidates = ["--token-stdin", "--from-doctl", "credentials", "registry", "regions"];
    expect(suggest(word, candidates)).toBe(suggestion);
  });

  it("is the closest candidate, and the first of equals", () => {
    expect(suggest("lists", ["lint", "list", "lost"])).toBe("list");
    expect(suggest("chack", ["check", "chuck"])).toBe("check");
  });
});
