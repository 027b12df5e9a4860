import { expect, it } from "vitest";
import { eraseFallbackNotes, writeFallbackNote } from "../../../src/response-cache/write-fallback-note.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";

it("notes the fallback helper while docr has no logins of its own", async () => {
  const files = createMemoryStore();
  await writeFallbackNote(files, "fallback-1", "pass", () => false);
  expect([...files.items]).toEqual([["fallback-1", "pass"]]);
  await writeFallbackNote(files, "fallback-2", "pass", () => true);
  expect([...files.items.keys()]).toEqual(["fallback-1"]);
});

it("erases the note again if another process stores a login at the same time", async () => {
  const files = createMemoryStore();
  await writeFallbackNote(files, "fallback-1", "pass", () => files.items.size > 0);
  expect(files.items.size).toBe(0);
});

it("never fails", async () => {
  const files = createMemoryStore();
  files.failWith(new Error("the disk is full"));
  await writeFallbackNote(files, "fallback-1", "pass", () => false);
  await writeFallbackNote(undefined, "fallback-1", "pass", () => false);
  await writeFallbackNote(files, undefined, "pass", () => false);
  expect(files.calls).toEqual(["write fallback-1"]);
});

it("erases the notes in every folder, and nothing else", async () => {
  const first = createMemoryStore({ "fallback-1": "pass", "warm-1": "x" });
  const second = createMemoryStore({ "fallback-2": "pass" });
  await eraseFallbackNotes([first, second]);
  expect([[...first.items.keys()], second.items.size]).toEqual([["warm-1"], 0]);
});
