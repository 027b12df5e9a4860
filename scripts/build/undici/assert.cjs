// Replaces node:assert for undici, which calls only assert(value, message). node:assert loads much of Node to format its messages.
module.exports = (value, message = "undici: an assertion failed") => {
  if (value) return;
  throw message instanceof Error ? message : new Error(message);
};
