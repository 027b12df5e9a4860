import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskJson, ownText, unifiedDiff } from "../../../../src/client-config/edit/masked-diff.ts";

const diff = (before: string, after: string): string =>
  unifiedDiff(maskJson(before), maskJson(after), "~/.docker/config.json");

describe("the diff of a configuration", () => {
  it("shows what changes, without the secrets around it", () => {
    const before = `{
	"auths": {
		"ghcr.io": {
			"auth": "c2FtbXk6aHVudGVyMg=="
		}
	},
	"HttpHeaders": { "Authorization": "Bearer hunter2" },
	"port": 1234,
	"credsStore": "desktop"
}`;
    expect(diff(before, before.replace("desktop", "docr"))).toBe(`--- ~/.docker/config.json
+++ ~/.docker/config.json
@@ -6,5 +6,5 @@
 	},
 	"HttpHeaders": { "Authorization": "…" },
 	"port": "…",
-	"credsStore": "desktop"
+	"credsStore": "docr"
 }
\\ No newline at end of file
`);
  });

  it("is empty if only masked values change", () => {
    expect(diff('{"auths": {"h": {"auth": "YTpi"}}}', '{"auths": {"h": {"auth": "YTpj"}}}')).toBe("");
  });

  it("shows known names at the top only, and only values that look like names", () => {
    const text =
      '{"auths": {"store": {"context": "s3cret"}}, "store": "two words", "credHelpers": {"h": "s3cret!"}}';
    const shown = diff("{}", text);
    expect(shown).not.toContain("s3cret");
    expect(shown).not.toContain("two words");
  });

  it("masks an address that contains a user name", () => {
    const shown = diff("{}", '{"auths": {"https://sammy:s3cret@ghcr.io": {}, "quay.io": {}}}');
    expect(shown).toContain("quay.io");
    expect(shown).not.toContain("s3cret");
  });

  it("is empty for a text that is not JSON", () => {
    expect(maskJson('{"auths": {"h": {"auth": "s3cret"}}} // x')).toBe("");
    expect(maskJson('{"a": "s3cret')).toBe("");
  });

  it("contains no string of any text", () => {
    const secret = fc.string({ minLength: 12 }).map((text) => `s3cret-${text}`);
    const values = fc.object({ values: [secret, fc.integer()], key: fc.string(), maxDepth: 4 });
    fc.assert(
      fc.property(values, (value) => {
        const masked = maskJson(JSON.stringify({ auths: value, more: value, HttpHeaders: value }, null, 2));
        expect(masked).not.toContain("s3cret-");
      }),
    );
  });

  it("has one kind of line break and no byte order mark", () => {
    expect(diff('\uFEFF{\r\n  "a": {}\r\n}\r\n', '\uFEFF{\r\n  "b": {}\r\n}\r\n')).not.toMatch(/[\r\uFEFF]/);
  });

  it("shows a file that docr writes as a whole unmasked", () => {
    expect(unifiedDiff(ownText(""), ownText("a = 1\n"), "x.conf")).toContain("+a = 1\n");
  });
});
