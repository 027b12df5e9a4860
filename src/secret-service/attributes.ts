/** The names and values of an item's attributes: name, value, name, value… */
export type ItemAttributes = readonly string[];

/** docr's service name, as keytar and libsecret write it. Stored items have it, so it must not change. */
export const DOCR_ITEMS = "docker-credential-docr";

/** The attributes of docr's item with this name. libsecret writes the schema itself. */
export function attributesOf(name: string): ItemAttributes {
  return ["account", name, "service", DOCR_ITEMS, "xdg:schema", "org.freedesktop.Secret.Generic"];
}

/** The attributes that all of docr's items have. */
export function attributesOfAll(): ItemAttributes {
  return ["service", DOCR_ITEMS, "xdg:schema", "org.freedesktop.Secret.Generic"];
}

/** The label of docr's item, as keytar writes it. */
export function labelOf(name: string): string {
  return DOCR_ITEMS + "/" + name;
}
