/** Names of the session bus and of the Secret Service API (https://specifications.freedesktop.org/secret-service/). */
export const BUS_NAME = "org.freedesktop.DBus";
export const BUS_PATH = "/org/freedesktop/DBus";
export const PROPERTIES = "org.freedesktop.DBus.Properties";

export const SECRETS_NAME = "org.freedesktop.secrets";
export const SECRETS_PATH = "/org/freedesktop/secrets";
/** The collection that is never locked. gnome-keyring and oo7 have it. */
export const SESSION_COLLECTION = "/org/freedesktop/secrets/collection/session";
export const SECRETS_INTERFACE = "org.freedesktop.Secret.Service";
export const COLLECTION_INTERFACE = "org.freedesktop.Secret.Collection";
export const ITEM_INTERFACE = "org.freedesktop.Secret.Item";
export const PROMPT_INTERFACE = "org.freedesktop.Secret.Prompt";

/** The path that means "no object". */
export const NO_PATH = "/";
