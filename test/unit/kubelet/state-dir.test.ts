import { describe, expect, it } from "vitest";
import { DEFAULT_STATE_DIR, nodeFolder } from "../../../src/kubelet/state-dir.ts";
import { failureOfSync } from "../../support/fakes/failure-of.ts";

describe("the state directory", () => {
  it.each([
    [DEFAULT_STATE_DIR, "/var/lib/docr/kubelet"],
    ["/srv/docr/", "/srv/docr/kubelet"],
    ["/", "/kubelet"],
  ])("%s has the private folder %s", (stateDir, folder) => {
    expect(nodeFolder(stateDir)).toBe(folder);
  });

  it("is an absolute path", () => {
    expect(failureOfSync(() => nodeFolder("state"))?.code).toBe("bad-arguments");
  });
});
