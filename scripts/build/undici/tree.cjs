// Replaces undici's tree of well-known header names. undici falls back to lower-casing a name that the tree does not have, with the same
// result. Building the tree takes so many steps that V8 optimizes it on its second thread, and both threads then wait for one lock.
exports.tree = { lookup: () => undefined };
