// Replaces undici's index in the bundle with only the modules that docr uses (src/app/startup/README.md). It leaves out fetch,
// WebSocket, mocks, caches and HTTP/2.
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");

exports.Agent = require("undici/lib/dispatcher/agent.js");
// Loaded only if there is a proxy.
Object.defineProperty(exports, "EnvHttpProxyAgent", {
  enumerable: true,
  get() {
    // undici's own index does the same. The proxy agent opens tunnels with `connect`.
    Dispatcher.prototype.connect = require("undici/lib/api/api-connect.js");
    return require("undici/lib/dispatcher/env-http-proxy-agent.js");
  },
});
