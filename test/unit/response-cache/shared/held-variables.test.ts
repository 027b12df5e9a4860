import { expect, it } from "vitest";
import { isHeldVariable } from "../../../../src/response-cache/shared/held-variables.ts";

it.each([
  "NODE_CHANNEL_FD",
  "NODE_COMPILE_CACHE",
  "NODE_DEBUG",
  "NODE_EXTRA_CA_CERTS",
  "NODE_OPTIONS",
  "NODE_REPL_EXTERNAL_MODULE",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "NODE_UNIQUE_ID",
  "NODE_V8_COVERAGE",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
  "SSL_CERT_DIR",
  "UV_THREADPOOL_SIZE",
  "LANG",
  "LC_ALL",
  "LC_MESSAGES",
  "LD_AUDIT",
  "LD_DEBUG",
  "LD_SHOW_AUXV",
  "LD_TRACE_LOADED_OBJECTS",
  "GLIBC_TUNABLES",
  "MALLOC_CHECK_",
  "G_DEBUG",
  "G_MESSAGES_DEBUG",
])("docr does not start with %s", (name) => {
  expect(isHeldVariable(name)).toBe(true);
});

it.each([
  "DIGITALOCEAN_ACCESS_TOKEN",
  "DOCR_LOG",
  "DOCR_HELD_NODE_DEBUG",
  "HOME",
  "HTTPS_PROXY",
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "LANGUAGE",
  "LDAP",
  "node_debug",
  "PATH",
  "SSL_CERT_FILE",
  "XDG_RUNTIME_DIR",
])("docr starts with %s", (name) => {
  expect(isHeldVariable(name)).toBe(false);
});
