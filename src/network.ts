/** Everything that talks HTTP, as one asset: undici is in the executable once. */
export { createApi } from "./digitalocean/api.ts";
export { createRegistries } from "./distribution/registries.ts";
export { createNetwork } from "./http/network.ts";
