// Replaces undici's index in the bundle with only the modules that docr uses (src/app/startup/README.md). It leaves out fetch,
// WebSocket, mocks, caches and HTTP/2.
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");

// undici's own index does the same. Its ProxyAgent opens tunnels with `connect`.
Dispatcher.prototype.request = require("undici/lib/api/api-request.js");
Dispatcher.prototype.connect = require("undici/lib/api/api-connect.js");

exports.Agent = require("undici/lib/dispatcher/agent.js");
// Loaded only if there is a proxy.
Object.defineProperty(exports, "EnvHttpProxyAgent", {
  enumerable: true,
  get: () => require("undici/lib/dispatcher/env-http-proxy-agent.js"),
});
