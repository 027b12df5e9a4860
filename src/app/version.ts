/** Set by scripts/build.ts; undefined when docr runs from source. */
declare const DOCR_PACKAGE: string | undefined;
declare const DOCR_VERSION: string | undefined;

export const packageName = typeof DOCR_PACKAGE === "string" ? DOCR_PACKAGE : "docker-credential-docr";
/** Whether this is the packed executable, which has no script file in its arguments. */
export const isPacked = typeof DOCR_VERSION === "string";

export const version = typeof DOCR_VERSION === "string" ? DOCR_VERSION : "0.0.0-source";
