// Replaces node:http for undici, which uses only these two names of it.

/** Bytes of a response's headers. Node's default, which only an option of Node could change. */
exports.maxHeaderSize = 16 * 1024;

/** undici compares the class of request bodies that are streams with this one. docr sends no stream. */
exports.IncomingMessage = function IncomingMessage() {};
