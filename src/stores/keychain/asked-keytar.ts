import { type Keytar, SERVICE } from "./keychain.ts";

/** keytar with an answer on its way; `isWaiting` until it came. */
export interface AskedKeytar extends Keytar {
  isWaiting(): boolean;
}

/** Asks for the item now. Who asks for it next gets that answer; later ones, and all else, are asked as ever. */
export function askedAlready(keytar: Keytar, account: string): AskedKeytar {
  let isWaiting = true;
  let answer: Promise<string | null> | undefined = keytar.getPassword(SERVICE, account).finally(() => {
    isWaiting = false;
  });
  // Perhaps nobody ever asks.
  answer.catch(() => undefined);
  return {
    isWaiting: () => isWaiting,
    getPassword(service, name) {
      const early = service === SERVICE && name === account ? answer : undefined;
      if (early) answer = undefined;
      return early ?? keytar.getPassword(service, name);
    },
    setPassword: (service, name, password) => keytar.setPassword(service, name, password),
    deletePassword: (service, name) => keytar.deletePassword(service, name),
    findCredentials: (service) => keytar.findCredentials(service),
  };
}
