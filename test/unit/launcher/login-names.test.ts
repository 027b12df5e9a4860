import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseAddress } from "../../../src/core/address.ts";
import { LOGIN } from "../../../src/credentials/stored-logins.ts";
import { loginNames } from "../../../src/launcher/login-names.ts";
import { isCertainlyOtherHost } from "../../../src/response-cache/shared/other-registry-note.ts";

const part = fc.oneof(
  fc.constantFrom("http://", "HTTPS://", "https:/", ":443", ":5000", ":", ".", "a_b"),
  fc.constantFrom("docker.io", "index.docker.io", "Registry-1.Docker.io", "ghcr.io", "GHCR.io"),
  fc.constantFrom("/", "//", "/v1", "/v2", "/V1", "/v1/", "/v1/access-token", "/Path"),
);
const addresses = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));

it("names the items that docr reads, for every address that the launcher handles", () => {
  fc.assert(
    fc.property(addresses, (address) => {
      fc.pre(isCertainlyOtherHost(address));
      const parsed = parseAddress(address);
      const key = parsed.kind === "other" ? parsed.key : "";
      const older = key === "index.docker.io/v1" ? [`${LOGIN}docker.io`] : [];
      expect(loginNames(address)).toEqual(key === "" ? [] : [LOGIN + key, ...older]);
    }),
    { numRuns: 5000 },
  );
});

it.each([
  ["ghcr.io", ["login:ghcr.io"]],
  ["https://GHCR.io/Path/", ["login:ghcr.io/Path"]],
  ["localhost:5000", ["login:localhost:5000"]],
  ["https://index.docker.io/v1/", ["login:index.docker.io/v1", "login:docker.io"]],
  ["https://index.docker.io/v1/access-token", ["login:index.docker.io/v1/access-token"]],
  ["docker.io", ["login:index.docker.io/v1", "login:docker.io"]],
  ["https://", []],
  ["///", []],
])("names the items of %s", (address, names) => {
  expect(loginNames(address)).toEqual(names);
});
