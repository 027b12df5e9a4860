import * as fc from "fast-check";
import { textLike } from "../parsers/texts.ts";
import type { PlacedFile } from "./scenario.ts";
import { INVENTED_TOKEN } from "./settings.ts";

const CONFIG = [
  '{"context":"work"}',
  '{"fallback":"other"}',
  '{"store":"file"}',
  '{"contexts":{"acme":"work"}}',
  "{}",
  "",
];
const DOCTL = [
  `access-token: ${INVENTED_TOKEN}\n`,
  "access-token: TOKEN\ncontext: work\nauth-contexts:\n  work: TOKEN\n",
  "{",
];
const what = fc.oneof(
  { weight: 12, arbitrary: fc.constant("text" as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "pipe" as const,
      "folder" as const,
      "device" as const,
      "loop" as const,
      "large" as const,
    ),
  },
);
const mode = fc.constantFrom(0o600, 0o600, 0o644, 0o666, 0);
/** A file in the home. */
export const anyFile = fc.oneof(
  placed(".config/docr/config.json", CONFIG),
  placed(".config/docr/config.json", CONFIG),
  placed(".config/doctl/config.yaml", DOCTL),
  placed("token", ["TOKEN", "TOKEN\n", "x"]),
  placed("identity", ["AGE-SECRET-KEY-1", ""]),
  placed(".local/share/docr/vault.age", ["age-encryption.org/v1\n", ""]),
  placed(".password-store/.gpg-id", ["key"]),
  placed("log", ["{}\n"]),
);
function placed(path: string, texts: readonly string[]): fc.Arbitrary<PlacedFile> {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: textLike(texts) },
  );
  return fc.record({ path: fc.constant(path), what, text, mode });
}

export const anyDamage = fc.record({
  file: fc.nat({ max: 12 }),
  how: fc.constantFrom(
    "cut" as const,
    "flip" as const,
    "remove" as const,
    "open" as const,
    "link" as const,
    "folder" as const,
  ),
});
