import { describe, expect, it } from "vitest";
import { suggest } from "../../../src/cli/suggestion.ts";

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

  it("is the closest candidate, and the first of equals", () => {
    expect(suggest("lists", ["lint", "list", "lost"])).toBe("list");
    expect(suggest("chack", ["check", "chuck"])).toBe("check");
  });
});
