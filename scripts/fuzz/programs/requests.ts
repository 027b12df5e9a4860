import * as fc from "fast-check";
import { textLike } from "../parsers/texts.ts";
import { INVENTED_TOKEN } from "./settings.ts";

const HOST = "registry.digitalocean.com";
const ADDRESSES = [
  HOST,
  `https://${HOST}`,
  `HTTPS://${HOST}:443/acme/app/`,
  `${HOST}/acme`,
  "ghcr.io",
  "https://GHCR.io/",
  "https://index.docker.io/v1/",
  "docker.io",
  "missing.test",
  "https://quay.io/v2/",
  "https://index.docker.io/v1/access-token",
];
const PASSWORD = "canary-password-of-the-client";

const address = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ADDRESSES) },
  { weight: 1, arbitrary: textLike(ADDRESSES) },
);
const login = (server: string, user: string, secret: string): string =>
  JSON.stringify({ ServerURL: server, Username: user, Secret: secret });
const storeInput = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...ADDRESSES),
        fc.constantFrom("sammy", "a\nb", "<&>", "ü"),
        fc.constantFrom(PASSWORD, INVENTED_TOKEN, "", `${PASSWORD}\n"`),
      )
      .map(([server, user, secret]) => login(server, user, secret)),
  },
  { weight: 1, arbitrary: textLike(ADDRESSES.map((server) => login(server, "sammy", PASSWORD))) },
);
const ending = fc.constantFrom("", "\n", "\r\n");
/** The arguments and stdin of a request. */
export const anyRequest = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(
      fc.constant(["get"]),
      fc.tuple(address, ending).map(([text, end]) => text + end),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant(["list"]), fc.constantFrom("", "unused", "x".repeat(70_000))),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant(["store"]), storeInput) },
  { weight: 6, arbitrary: fc.tuple(fc.constant(["erase"]), address) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(["version"], ["get", "get"], ["gte"], [], ["--", "get"], ["-v"]),
      address,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 3 }), address),
  },
);
