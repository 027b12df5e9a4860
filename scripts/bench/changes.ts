/** `store` and `erase` of logins of other registries, in a keyring that has many. */
import type { Environment } from "../../test/support/lab/run.ts";
import type { Owner } from "./full-keyring.ts";
import type { Case } from "./measure.ts";
import type { Program } from "./programs.ts";
import type { Command, Runner } from "./runner.ts";
import type { Scene } from "./scene.ts";

interface Changer {
  readonly owner: Owner;
  readonly program: Program;
  /** Leads to a keyring with many logins. */
  readonly env: Environment;
  /** How many logins change at once, each by its own process. */
  readonly count: number;
}

/** Changes of `atOnce` logins by docr and by docker-credential-secretservice, each with its own keyring of `logins` logins. */
export async function changeCases(
  scene: Scene,
  { logins, atOnce }: { readonly logins: number; readonly atOnce: number },
): Promise<readonly Case[]> {
  const { launcher, secretservice } = scene.programs;
  const changerOf = async (owner: Owner, program: Program): Promise<Changer> => ({
    owner,
    program,
    env: await scene.fullKeyring(owner, logins, "change"),
    count: atOnce,
  });
  const changers = [await changerOf("docr", launcher), await changerOf("secretservice", secretservice)];
  return changers.flatMap((changer) => [storeCase(changer), eraseCase(changer)]);
}

/** Each round stores other logins. They are erased again, so that the keyring stays as full as it was. */
function storeCase(changer: Changer): Case {
  const { owner, count } = changer;
  return {
    name: `${count} x store ${owner}`,
    count,
    command: (round) => storing(changer, round),
    isRight: isSilent,
    async after(round, runner) {
      await expectLogin(changer, round, runner, true);
      await runner.run(erasing(changer, round), count);
    },
  };
}

function eraseCase(changer: Changer): Case {
  const { owner, count } = changer;
  return {
    name: `${count} x erase ${owner}`,
    count,
    before: (round, runner) => runner.run(storing(changer, round), count),
    command: (round) => erasing(changer, round),
    isRight: isSilent,
    after: (round, runner) => expectLogin(changer, round, runner, false),
  };
}

const isSilent = (stdout: string): boolean => stdout === "";

const hostsOf = ({ count }: Changer, round: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `added-${round}-${index}.example.com`);

function storing(changer: Changer, round: number): Command {
  const stdin = hostsOf(changer, round).map((host) =>
    JSON.stringify({ ServerURL: `https://${host}`, Username: "sammy", Secret: `secret of ${host}` }),
  );
  return { args: [changer.program(round), "store"], env: changer.env, stdin };
}

function erasing(changer: Changer, round: number): Command {
  const stdin = hostsOf(changer, round).map((host) => `https://${host}`);
  return { args: [changer.program(round), "erase"], env: changer.env, stdin };
}

/** Throws if the change had no effect: `erase` also succeeds for a missing login. */
async function expectLogin(
  changer: Changer,
  round: number,
  runner: Pick<Runner, "run">,
  isStored: boolean,
): Promise<void> {
  const [host = ""] = hostsOf(changer, round);
  const args = [changer.program(round), "get"] as const;
  await runner.run({ args, env: changer.env, stdin: `https://${host}`, exitCode: isStored ? 0 : 1 }, 1);
}
