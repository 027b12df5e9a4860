import { expect, it } from "vitest";
import { alignColumns } from "../../../src/terminal/table.ts";

it("aligns columns without trailing spaces", () => {
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

it("returns the empty text for no rows", () => {
  expect(alignColumns([])).toBe("");
});
