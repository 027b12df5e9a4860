import { describe, expect, it } from "vitest";
import { isConfidential } from "../../../src/oci/redirects.ts";

describe("a request to a URL that a server named", () => {
  it.each([
    ["https://auth.example/token", "https://registry.example/v2/", true],
    ["https://127.0.0.1:5001/token", "https://registry.example/v2/", true],
    ["http://127.0.0.1:5001/token", "http://localhost:5000/v2/", true],
    ["http://[::1]:5001/token", "https://127.0.0.1:5000/v2/", true],
    ["http://auth.example/token", "https://registry.example/v2/", false],
    ["http://auth.example/token", "http://localhost:5000/v2/", false],
    // A registry on another machine must not make docr send a login to a program on this one.
    ["http://127.0.0.1:5001/token", "https://registry.example/v2/", false],
    ["http://localhost.evil.example/token", "http://localhost:5000/v2/", false],
    ["ftp://auth.example/token", "https://registry.example/v2/", false],
    ["file:///etc/passwd", "http://localhost:5000/v2/", false],
  ])("%s, named by %s, is confidential: %s", (url, from, expected) => {
    expect(isConfidential(new URL(url), new URL(from))).toBe(expected);
  });
});
