import { HelperError } from "../../core/errors.ts";

/** Throws `bad-arguments` if docr cannot send the user name to a registry: in Basic authentication, a colon ends it. */
export function checkUsername(username: string): void {
  if (username === "" || /[\u0000-\u001f\u007f]/.test(username)) {
    throw new HelperError("bad-arguments", "the user name is empty or contains control characters");
  }
  if (username.includes(":")) {
    throw new HelperError("bad-arguments", "the user name contains a colon", {
      hint: "pass the password on stdin: --username NAME --password-stdin",
    });
  }
}
