/** Everything that uses HTTP, in one bundle, so that the executable contains undici once. */
export { createApi, createRevoker } from "../../digitalocean/api.ts";
export { createRegistries } from "../../oci/registries.ts";
export { createNetwork } from "../../http/reach.ts";
