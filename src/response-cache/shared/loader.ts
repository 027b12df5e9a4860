/**
 * The name of glibc's loader where docr brings its own glibc, as on systems with musl. The launcher runs docr with it, and docr
 * recognizes by this name that it has been started that way. The launcher and docr both compile this file.
 */
export const LOADER = "loader";
