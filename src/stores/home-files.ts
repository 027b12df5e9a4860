import type { SecretStore } from "../core/secret-store.ts";
import type { Sha256 } from "../core/secret.ts";

const OF_HOME = /-of-[0-9a-f]{16}$/;

/** The suffix of a home's file names. No other name in the private files has such a suffix. */
export function homeSuffixOf(home: string, sha256: Sha256): string {
  return `-of-${sha256(home).slice(0, 16)}`;
}

/**
 * The part of `files` that belongs to one home, for a folder that several homes of one user id share: a runner gives each job
 * a home of its own. Names without a home, which earlier versions wrote, belong to every home
 * until one of them writes or erases them.
 */
export function filesOfHome(files: SecretStore, suffix: string): SecretStore {
  return {
    read: async (name) => (await files.read(name + suffix)) ?? files.read(name),
    async write(name, value) {
      await files.write(name + suffix, value);
      await files.erase(name);
    },
    async erase(name) {
      const wasOwn = await files.erase(name + suffix);
      return (await files.erase(name)) || wasOwn;
    },
    async entries(...prefixes) {
      const all = [...(await files.entries(...prefixes))];
      const ofAll = all.filter(([name]) => !OF_HOME.test(name));
      const own = all
        .filter(([name]) => name.endsWith(suffix))
        .map(([name, value]) => [name.slice(0, -suffix.length), value] as const);
      return new Map([...ofAll, ...own]);
    },
  };
}
