/** A way to get credentials, as far as the number of API calls depends on it. */
export interface Policy {
  readonly title: string;
  /** API calls for one credential. */
  readonly calls: number;
  /** How long a credential serves, in seconds, for a random number from 0 to below 1. */
  readonly servesS: (random: number) => number;
  /** Whether requests at the same time on one machine wait for one credential. */
  readonly isShared: boolean;
  /** Whether a request that DigitalOcean refused is not repeated until DigitalOcean permits it. */
  readonly remembersRefusals: boolean;
  /** Whether every pull is a job on a new machine. */
  readonly isNewMachine: boolean;
  /** How long a request waits for the end of a rate limit, in seconds. */
  readonly patienceS: number;
}

const HOUR_S = 3600;

/** docr refreshes after 80 to 100 % of half the lifetime (core/lifetime.ts). */
const docrServesS =
  (lifetimeS: number) =>
  (random: number): number =>
    (lifetimeS / 2) * (1 - 0.2 * random);

const DOCR = { isShared: true, remembersRefusals: true, isNewMachine: false, patienceS: 18 };
/** The same patience as docr's, so that the table compares only the rest. */
const OTHER = { isShared: false, remembersRefusals: false, isNewMachine: false, patienceS: 18 };

/** The kubelets of nodes, with the longer patience of `docr kubelet` (credentials/node-credentials.ts). */
export const KUBELET: Policy = {
  ...DOCR,
  title: "nodes with `docr kubelet`",
  calls: 1,
  servesS: docrServesS(12 * HOUR_S),
  patienceS: 45,
};

export const POLICIES: readonly Policy[] = [
  KUBELET,
  { ...DOCR, title: "machines with docr", calls: 1, servesS: docrServesS(HOUR_S) },
  { ...OTHER, title: "machines with a helper without a cache", calls: 1, servesS: () => 0 },
  {
    ...DOCR,
    title: "jobs with docr and `DOCR_REGISTRY`",
    calls: 1,
    servesS: docrServesS(HOUR_S),
    isNewMachine: true,
  },
  { ...DOCR, title: "jobs with docr", calls: 2, servesS: docrServesS(HOUR_S), isNewMachine: true },
  {
    ...OTHER,
    title: "jobs with `doctl registry login`",
    calls: 2,
    servesS: () => 0,
    isNewMachine: true,
  },
];
