// The environment that docr starts with.
import { HELD_VARIABLES, heldName, isHeldVariable } from "../response-cache/shared/held-variables.ts";

/** Renames the variables that docr must not start with. docr gives them their own names again. */
export function holdVariables(): void {
  let names = process.env[HELD_VARIABLES] ?? "";
  for (const name of Object.keys(process.env)) {
    if (!isHeldVariable(name)) continue;
    process.env[heldName(name)] = process.env[name] ?? "";
    delete process.env[name];
    names += (names === "" ? "" : ",") + name;
  }
  if (names !== "") process.env[HELD_VARIABLES] = names;
}
