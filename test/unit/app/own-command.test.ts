import { describe, expect, it } from "vitest";
import { ownCommandOf } from "../../../src/app/own-command.ts";

describe("ownCommandOf", () => {
  it("is the executable itself", () => {
    expect(ownCommandOf({ execPath: "/usr/bin/docr", execArgv: [] }, undefined)).toEqual({
      program: "/usr/bin/docr",
      args: [],
      executable: "/usr/bin/docr",
      launcher: "/usr/bin/docker-credential-docr",
    });
  });

  it("is the loader with docr where docr brings its own glibc", () => {
    expect(ownCommandOf({ execPath: "/opt/lib/docr/loader", execArgv: [] }, undefined)).toEqual({
      program: "/opt/lib/docr/loader",
      args: ["--library-path", "/opt/lib/docr", "/opt/lib/docr/docr"],
      executable: "/opt/lib/docr/docr",
      launcher: "/opt/lib/docr/../../bin/docker-credential-docr",
    });
  });

  it("is Node with the script if docr runs from source", () => {
    expect(ownCommandOf({ execPath: "/usr/bin/node", execArgv: ["--flag"] }, "/src/main.ts")).toEqual({
      program: "/usr/bin/node",
      args: ["--flag", "/src/main.ts"],
      executable: "/usr/bin/node",
      launcher: "/usr/bin/docker-credential-docr",
    });
  });
});
