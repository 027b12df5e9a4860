import { join } from "node:path";
import { layOut } from "./layout.ts";
import { buildProduct, type Product } from "./product.ts";
import { readStamp } from "./stamp.ts";
import { parseTargets } from "./targets.ts";

/**
 * Builds the targets that `--target` names, each as it is installed below a prefix, into dist/targets. `caches` is a folder with one
 * folder of code caches for each processor, or undefined. Returns the products by target.
 */
export async function buildTargets(
  root: string,
  names: string,
  caches: string | undefined,
): Promise<ReadonlyMap<string, Product>> {
  const products = new Map<string, Product>();
  for (const target of parseTargets(names)) {
    const product = await buildProduct({
      root,
      work: join(root, ".cache", `build-${target.name}`),
      downloads: join(root, ".cache", "downloads"),
      target,
      stamp: readStamp(root, target.base),
      caches: caches === undefined ? undefined : join(caches, target.arch),
    });
    layOut(product, target, join(root, "dist", "targets", target.name));
    products.set(target.name, product);
    console.log(`built dist/targets/${target.name}`);
  }
  return products;
}
