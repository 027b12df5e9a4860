/** Stamped by scripts/build.ts; run from source, they say so. */
declare const DOCR_PACKAGE: string | undefined;
declare const DOCR_VERSION: string | undefined;

export const packageName = typeof DOCR_PACKAGE === "string" ? DOCR_PACKAGE : "docker-credential-docr";
export const version = typeof DOCR_VERSION === "string" ? DOCR_VERSION : "0.0.0-source";
