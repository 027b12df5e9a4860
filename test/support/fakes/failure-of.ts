import { isHelperError, type ErrorCode } from "../../../src/core/errors.ts";

/** The code and the message of an error. Tests compare both. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Returns the error of the work. Throws if the work succeeds, or fails without a code. */
export async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    return describeFailure(error);
  }
  throw new Error("the work did not fail");
}

/** The same without a promise, for properties with many runs. Undefined if the work succeeds. */
export function failureOfSync(work: () => unknown): Failure | undefined {
  try {
    work();
  } catch (error) {
    return describeFailure(error);
  }
  return undefined;
}

function describeFailure(error: unknown): Failure {
  if (!isHelperError(error)) throw error;
  return { code: error.code, message: error.message };
}
