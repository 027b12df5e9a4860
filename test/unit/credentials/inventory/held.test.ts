import { describe, expect, it } from "vitest";
import { limited } from "../../../../src/core/lifetime.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createHeldCredentials } from "../../../../src/credentials/inventory/held.ts";
import { createFixedClock, HOUR } from "../../../support/fakes/fixed-clock.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

function create() {
  const clock = createFixedClock();
  const store = createMemoryStore();
  const credentialOf = (secret: string) => ({
    username: new Secret("sammy"),
    secret: new Secret(secret),
    mintedAt: clock.read(),
    lifetime: limited(HOUR),
    access: "read-only" as const,
    origin: { kind: "environment" } as const,
    registry: "acme",
    revokeAt: "https://cloud.example",
  });
  return { clock, store, credentialOf, held: createHeldCredentials(store, clock) };
}

describe("the credentials that a kubelet holds", () => {
  it("are replaced under their name, and the previous one is not kept", async () => {
    const { held, store, credentialOf } = create();
    await held.replace("a", credentialOf("one"));
    await held.replace("a", credentialOf("two"));
    expect((await held.read("a"))?.secret.reveal()).toBe("two");
    expect([...store.items.keys()]).toEqual(["held-a"]);
  });

  it("are removed once they have expired", async () => {
    const { held, store, clock, credentialOf } = create();
    await held.replace("a", credentialOf("one"));
    clock.pass(HOUR);
    await held.replace("b", credentialOf("two"));
    expect([...store.items.keys()]).toEqual(["held-b"]);
  });

  it("can be listed and forgotten by their secrets", async () => {
    const { held, credentialOf } = create();
    await held.replace("a", credentialOf("one"));
    await held.replace("b", credentialOf("two"));
    await held.forget(new Secret("one"));
    expect((await held.secrets()).map((secret) => secret.reveal())).toEqual(["two"]);
  });
});
