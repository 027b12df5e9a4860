import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignColumns } from "../../../src/terminal/table.ts";

const LOGINS = [
  ["HOST", "USER NAME", "STORED", "USED BY"],
  ["ghcr.io", "sammy", "2026-11-27 04:36", "docker, podman"],
  ["a.very.long.name.of.a.registry.example:5000", "somebody@a-company.example", "2026-11-27 04:36", "none"],
];
const FINDINGS = [
  ["pass", "docker", "asks docr for registry.digitalocean.com (credHelpers in ~/.docker/config.json)"],
  ["", "", "next: run docr configure"],
  [
    "fail",
    "path",
    "/usr/local/share/a/very/long/path/without/any/space/in/it/docker-credential-docr is missing",
  ],
];

const longest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("a table", () => {
  it("has aligned columns without trailing spaces", () => {
    const rows = [
      ["host", "user name", "stored"],
      ["ghcr.io", "sammy", ""],
      ["a.very.long.example:5000", "x", "today"],
    ];
    expect(alignColumns(rows)).toBe(
      [
        "host                      user name  stored",
        "ghcr.io                   sammy",
        "a.very.long.example:5000  x          today",
        "",
      ].join("\n"),
    );
  });

  it("of no rows is the empty text", () => {
    expect(alignColumns([])).toBe("");
  });

  it("wraps its last column between words, with the other columns in their places", () => {
    expect(alignColumns(FINDINGS.slice(0, 2), 60)).toBe(
      [
        "pass  docker  asks docr for registry.digitalocean.com",
        "              (credHelpers in ~/.docker/config.json)",
        "              next: run docr configure",
        "",
      ].join("\n"),
    );
  });

  it("cuts its widest columns if wrapping does not suffice", () => {
    expect(alignColumns(LOGINS, 80)).toBe(
      [
        "HOST                    USER NAME               STORED            USED BY",
        "ghcr.io                 sammy                   2026-11-27 04:36  docker, podman",
        "a.very.long.name.of.a…  somebody@a-company.ex…  2026-11-27 04:36  none",
        "",
      ].join("\n"),
    );
    expect(longest(alignColumns(LOGINS, 60))).toBeLessThanOrEqual(60);
  });

  it("leaves a word whole that is longer than the column", () => {
    expect(alignColumns(FINDINGS, 60)).toContain(
      "\nfail  path    /usr/local/share/a/very/long/path/without/any/space/in/it/docker-credential-docr\n              is missing\n",
    );
  });

  it("is never wider than the limit where its words allow it", () => {
    const cell = fc
      .array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 8 })
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }),
        fc.constantFrom(60, 80),
        (rows, width) => {
          expect(longest(alignColumns(rows, width))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("without a limit loses no text", () => {
    for (const row of LOGINS) for (const cell of row) expect(alignColumns(LOGINS)).toContain(cell);
  });
});
