/** Everything that talks HTTP, as one asset: undici is in the executable once. */
export { createApi, createRevoker } from "../../digitalocean/api.ts";
export { createRegistries } from "../../oci/registries.ts";
export { createNetwork } from "../../http/reach.ts";
