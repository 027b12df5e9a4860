/** Stamped by scripts/build.ts; run from source, they say so. */
declare const DOCR_PACKAGE: string | undefined;
declare const DOCR_VERSION: string | undefined;

export const packageName = typeof DOCR_PACKAGE === "string" ? DOCR_PACKAGE : "docker-credential-docr";
/** Whether this is the executable: there is no script file behind the process then. */
export const isPacked = typeof DOCR_VERSION === "string";

export const version = typeof DOCR_VERSION === "string" ? DOCR_VERSION : "0.0.0-source";
