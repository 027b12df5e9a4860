/** Set by scripts/build.ts; undefined when docr runs from source. */
declare const DOCR_PACKAGE: string | undefined;
declare const DOCR_VERSION: string | undefined;
declare const DOCR_COMMIT: string | undefined;
declare const DOCR_BASE: string | undefined;

export const packageName = typeof DOCR_PACKAGE === "string" ? DOCR_PACKAGE : "docker-credential-docr";
/** Whether this is the packed executable, which has no script file in its arguments. */
export const isPacked = typeof DOCR_VERSION === "string";

/** Undefined if docr runs from source, or the build had no git. */
export const commit = typeof DOCR_COMMIT === "string" && DOCR_COMMIT !== "" ? DOCR_COMMIT : undefined;

/** npm's integrity value of the Node inside the executable. */
export const baseIntegrity = typeof DOCR_BASE === "string" && DOCR_BASE !== "" ? DOCR_BASE : undefined;

export const version = typeof DOCR_VERSION === "string" ? DOCR_VERSION : "0.0.0-source";
