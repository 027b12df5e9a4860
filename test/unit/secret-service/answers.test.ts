import { expect, it } from "vitest";
import { areAccepted, isPromptGone } from "../../../src/secret-service/answers.ts";
import { BusMessage } from "../../../src/secret-service/wire/message.ts";

const returned = (): BusMessage => Object.assign(new BusMessage(), { type: "return" });
const failed = (name: string): BusMessage =>
  Object.assign(new BusMessage(), { type: "error", error: `org.freedesktop.DBus.Error.${name}` });

function ended(isDismissed: boolean): BusMessage {
  const signal = Object.assign(new BusMessage(), { type: "signal", signature: "bv" });
  signal.setBody(Uint8Array.of(isDismissed ? 1 : 0, 0, 0, 0), 0, 0, 4);
  return signal;
}

it("prompts are accepted if each of them ended and none was dismissed", () => {
  expect(areAccepted([returned(), returned(), ended(false)])).toBe(true);
  expect(areAccepted([returned(), returned(), ended(true)])).toBe(false);
  const [first, second] = [ended(false), ended(true)];
  expect(areAccepted([returned(), returned(), returned(), first, second])).toBe(false);
  expect(areAccepted([returned(), returned(), returned(), first, ended(false)])).toBe(true);
  expect(areAccepted([returned(), failed("Failed"), failed("Failed")])).toBe(false);
});

it("a prompt that ended before it was shown is accepted, though showing it failed", () => {
  expect(areAccepted([returned(), failed("UnknownObject"), ended(false)])).toBe(true);
  expect(areAccepted([returned(), failed("UnknownObject"), failed("UnknownObject")])).toBe(false);
});

it("a prompt is gone if showing it says so and its end was not seen", () => {
  expect(isPromptGone([returned(), failed("UnknownObject"), failed("UnknownObject")])).toBe(true);
  expect(isPromptGone([returned(), failed("UnknownObject"), ended(false)])).toBe(false);
  expect(isPromptGone([returned(), failed("Failed"), failed("Failed")])).toBe(false);
});
