import { expect, it } from "vitest";
import { collectionNameOf } from "../../../../src/stores/keychain/collection-name.ts";

const FOLDER = "/org/freedesktop/secrets/collection";

it.each([
  [`${FOLDER}/login`, "login"],
  [`${FOLDER}/my_20keys/12`, "my keys"],
  [`${FOLDER}/a_5fb`, "a_b"],
  [`${FOLDER}/plain_name`, "plain_name"],
  [`${FOLDER}/${"x".repeat(200)}`, "x".repeat(100)],
  [`${FOLDER}/`, undefined],
  ["/elsewhere", undefined],
])("the collection's name in %s is %s", (path, name) => {
  expect(collectionNameOf(path)).toBe(name);
});
