import { traitsOf } from "../../core/error-catalog.ts";
import { isHelperError } from "../../core/errors.ts";
import type { ApiToken } from "../../core/api-token.ts";
import { type MintedCredential } from "../../core/credential.ts";
import { freshnessOf, expiresAt } from "../../core/lifetime.ts";
import type { Entry } from "./cache-key.ts";
import { mintCredential } from "./mint.ts";
import type { HelperPorts, Turn } from "../ports.ts";
import { quietly } from "../best-effort.ts";
import { revokeAll } from "../revocation.ts";

/** For a mint on which everything waits, in milliseconds: it leaves room in the whole answer's deadline. */
const PATIENCE_MS = 18_000;
/** For the replacement of a credential that still lives. */
const SHORT_PATIENCE_MS = 5_000;
/** For the calls of one who had to wait for most of that. */
const LEAST_PATIENCE_MS = 1_000;
/** For what is written under the keeping turn, in milliseconds. */
const KEEPING_PATIENCE_MS = 2_000;

/** What is kept under the entry, unless the API token that it was made from has since changed in doctl's config. */
export async function currentCredential(
  ports: HelperPorts,
  entry: Entry,
): Promise<MintedCredential | undefined> {
  const kept = await quietly(() => ports.minted().kept?.read(entry.key));
  if (kept?.origin.kind !== "doctl") return kept;
  const mark = await quietly(() => ports.tokenSource.doctlMark());
  return mark === kept.origin.fingerprint ? kept : undefined;
}

/**
 * A new credential for the entry, in place of `earlier`; undefined where no API token is there. Among processes
 * that come at once one mints, and the others answer what it got, or fail as it failed. While `earlier` lives, an
 * outage only costs the attempt: it is answered, with a remark.
 */
export async function replaceCredential(
  ports: HelperPorts,
  entry: Entry,
  earlier: MintedCredential | undefined,
  serverUrl: string,
): Promise<MintedCredential | undefined> {
  const isLiving = (): boolean =>
    earlier !== undefined && freshnessOf(earlier, ports.clock.read()) !== "expired";
  const patience = isLiving() ? SHORT_PATIENCE_MS : PATIENCE_MS;
  const started = ports.monotonicMs();
  const turn = await ports.turns.take(entry.key, patience);
  try {
    const theirs = await currentCredential(ports, entry);
    if (theirs && isRenewed(ports, theirs, earlier)) {
      ports.trace("waited", { access: theirs.access, registry: theirs.registry });
      await offerWarm(ports, entry, serverUrl, theirs);
      return theirs;
    }
    if (turn?.failure) throw turn.failure;
    const token = await findToken(ports, entry);
    const leftMs = Math.max(patience - (ports.monotonicMs() - started), LEAST_PATIENCE_MS);
    if (!token) return undefined;
    const job = { entry, earlier, budgetMs: leftMs, turn, serverUrl };
    const minted = await mintAndKeep(ports, { ...job, token });
    if (minted) return minted;
    // A login came between; a logout leaves no token.
    const newToken = await findToken(ports, entry);
    return newToken && (await mintAndKeep(ports, { ...job, token: newToken }));
  } catch (error) {
    if (!isHelperError(error)) throw error;
    ports.trace("refused", { code: error.code });
    if (!earlier || !isLiving() || traitsOf(error).outage !== true) throw error;
    const until = new Date(expiresAt(earlier) ?? 0).toISOString();
    ports.notices.warn(`${error.message}; using the credential from before, which lives until ${until}`);
    return earlier;
  } finally {
    turn?.end();
  }
}

/** Whether another process replaced `earlier` while this one waited. */
function isRenewed(
  ports: HelperPorts,
  theirs: MintedCredential,
  earlier: MintedCredential | undefined,
): boolean {
  const age = freshnessOf(theirs, ports.clock.read());
  if (earlier?.secret.equals(theirs.secret) === true) return age === "fresh";
  return age === "fresh" || age === "refresh-due";
}

/** From the environment, else the keychain, else doctl's config. */
export async function findToken(ports: HelperPorts, entry: Entry): Promise<ApiToken | undefined> {
  const token = ports.settings().apiToken ?? (await ports.tokenSource.find(entry.context));
  ports.trace("token", { source: token?.source ?? "none" });
  if (!token || token.origin.kind === "environment") return token;
  return { ...token, origin: { ...token.origin, account: entry.account } };
}

interface MintJob {
  readonly entry: Entry;
  readonly token: ApiToken;
  readonly earlier: MintedCredential | undefined;
  /** For all calls of the API together. */
  readonly budgetMs: number;
  readonly turn: Turn | undefined;
  /** As the client spelled it, for the finished answer. */
  readonly serverUrl: string;
}

async function mintAndKeep(ports: HelperPorts, job: MintJob): Promise<MintedCredential | undefined> {
  const { entry, token, earlier, budgetMs, turn, serverUrl } = job;
  const { kept, marks } = ports.minted();
  let minted: MintedCredential;
  try {
    minted = await mintCredential(ports, await ports.api(budgetMs), { token, entry, earlier });
  } catch (error) {
    if (isHelperError(error)) await turn?.shareFailure(error);
    throw error;
  }
  // The inventory first: a crash between the two leaves a credential that is known and expires by itself.
  await quietly(() => marks.remember(minted));
  const isWelcome = await whileKeeping(ports, async (isAlone) => {
    if (!(await isStillThere(ports, entry, token))) return false;
    await quietly(() => kept?.write(entry.key, minted));
    if (isAlone && token.origin.kind !== "doctl") {
      await quietly(() => ports.warmAnswers.offer(serverUrl, entry.key, minted));
    }
    return true;
  });
  if (!isWelcome) {
    // Somebody logged out meanwhile, or in with another token: nobody is to have it.
    await revokeAll(ports, [minted]);
    return undefined;
  }
  if (await quietly(() => kept?.hasIdle())) ports.background.sweep();
  return minted;
}

/**
 * One at a time among this user's processes: keeping what was minted, and forgetting at logout. Else a mint that
 * was under way would leave its credential behind a logout, to be answered from then on. `work` learns whether
 * the turn came, without which it is done all the same.
 */
export async function whileKeeping<T>(
  ports: HelperPorts,
  work: (isAlone: boolean) => Promise<T>,
): Promise<T> {
  const turn = await ports.turns.take("keeping", KEEPING_PATIENCE_MS);
  try {
    return await work(turn !== undefined);
  } finally {
    turn?.end();
  }
}

/**
 * Leaves the finished answer for the launcher where it is not there yet, as long as the credential is what is kept: a logout may
 * have come between. Not for one from doctl, whose config only the full program looks at.
 */
export async function offerWarm(
  ports: HelperPorts,
  entry: Entry,
  serverUrl: string,
  credential: MintedCredential,
): Promise<void> {
  if (credential.origin.kind === "doctl" || freshnessOf(credential, ports.clock.read()) !== "fresh") return;
  if (!(await quietly(() => ports.warmAnswers.isWanted(serverUrl)))) return;
  // Not waited for: the answer is ready, and the next `get` can leave it as well.
  const turn = await ports.turns.take("keeping", 0);
  if (!turn) return;
  try {
    const kept = await quietly(() => ports.minted().kept?.read(entry.key));
    if (kept?.secret.equals(credential.secret) !== true) return;
    await quietly(() => ports.warmAnswers.offer(serverUrl, entry.key, credential));
  } finally {
    turn.end();
  }
}

/** Whether nobody logged out, or in anew, since the token was read. A keychain that fails now says nothing of that. */
async function isStillThere(ports: HelperPorts, entry: Entry, token: ApiToken): Promise<boolean> {
  if (token.origin.kind === "environment") return true;
  try {
    const now = await ports.tokenSource.find(entry.context);
    return now?.secret.equals(token.secret) === true;
  } catch {
    return true;
  }
}
