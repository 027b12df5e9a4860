import { isHelperError, type ErrorCode } from "../../../src/core/errors.ts";

/** What a test pins of an error: never the code without the message. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The coded error that the work fails with. Throws where it does not fail, or fails without a code. */
export async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    return describeFailure(error);
  }
  throw new Error("the work did not fail");
}

/** The same without a promise, for properties that run a hundred times. */
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
