/**
 * Variables that Node, OpenSSL, glib or the C library read before docr's first line. They could run other code, write files or print
 * into a response. The launcher therefore passes them on to docr under other names. docr reads them under their own names again,
 * and the programs that it starts for the user get them unchanged. The launcher and docr both compile this file.
 */

/** Every variable whose name begins with one of these is held back. */
const PREFIXES: readonly string[] = ["NODE_", "OPENSSL_", "UV_", "LD_", "GLIBC_", "MALLOC_", "G_"];

/** Lists the names of the variables that are held back, separated by commas. */
export const HELD_VARIABLES = "DOCR_HELD";

/** Whether docr must not start with this variable. */
export function isHeldVariable(name: string): boolean {
  // The user's own choice for every program, without which docr might not start.
  if (name === "LD_LIBRARY_PATH" || name === "LD_PRELOAD") return false;
  for (const prefix of PREFIXES) {
    if (name.startsWith(prefix)) return true;
  }
  // docr reads SSL_CERT_FILE itself, but not the folder.
  if (name === "SSL_CERT_DIR") return true;
  // ICU crashes on a long or malformed locale when Node starts (seen with Node 26.10). docr's texts do not depend on the locale.
  return name === "LANG" || name === "LC_ALL" || name === "LC_MESSAGES";
}

/** The name under which the launcher passes the variable on. */
export function heldName(name: string): string {
  return HELD_VARIABLES + "_" + name;
}
