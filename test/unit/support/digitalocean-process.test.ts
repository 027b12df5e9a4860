import { describe, expect, it } from "vitest";
import { startStandInProcess } from "../../support/lab/stand-in-process.ts";

describe("the stand-in as a process of its own", () => {
  it("serves the API on one port and control requests on another, and ends with its parent's pipe", async () => {
    const standIn = await startStandInProcess({ registries: ["acme"] });
    const authorization = `Bearer ${await standIn.addToken(["registry:read"])}`;
    const ask = async (path: string): Promise<number> =>
      (await fetch(`${standIn.url}${path}`, { headers: { authorization } })).status;

    await standIn.addFaults({ kind: "answer", path: "/v2/registries", status: 429 });
    expect([await ask("/v2/registries"), await ask("/v2/registries")]).toEqual([429, 200]);
    expect(await ask("/v2/registry/docker-credentials?expiry_seconds=60")).toBe(200);
    expect((await standIn.calls()).map(({ purpose, status }) => `${purpose} ${status}`)).toEqual([
      "list 429",
      "list 200",
      "mint 200",
    ]);

    const minted = await standIn.minted();
    expect(minted).toMatchObject([{ id: 1, registry: "acme", access: "read-only", revoked: false }]);
    expect(JSON.stringify(minted)).not.toMatch(/do[op]_v1_/);

    await standIn.reset();
    expect(await standIn.calls()).toEqual([]);
    await standIn.stop();
    await expect(ask("/v2/account")).rejects.toThrow("fetch failed");
  });
});
