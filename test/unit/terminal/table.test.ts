import { expect, it } from "vitest";
import { alignColumns } from "../../../src/terminal/table.ts";

it("puts cells under each other, with nothing behind the last one", () => {
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

it("makes nothing of no rows", () => {
  expect(alignColumns([])).toBe("");
});
