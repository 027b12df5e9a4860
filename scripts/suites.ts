import type { Part } from "../test/support/lab/parts.ts";

/** Tests that take minutes, in a folder of their own. `npm test -- --NAME` runs one suite instead of the usual tests. */
export interface Suite {
  /** The folder in test/ and the project in vitest.config.ts have the same name. */
  readonly name: "daemons" | "packages" | "engines";
  /** How many of its files run at the same time. */
  readonly maxWorkers: number;
  /** The parts that only this suite uses. */
  readonly parts: readonly Part[];
  /** A script that runs before the tests, with the network that they do not have. */
  readonly prepare?: string;
}

export const SUITES: readonly Suite[] = [
  {
    name: "daemons",
    // Half of its files wait for prompts and time limits most of the time.
    maxWorkers: 2,
    parts: ["keepassxc", "kwalletd5", "dbus-broker", "german locale"],
  },
  {
    name: "packages",
    maxWorkers: 1,
    prepare: "prepare-packages.ts",
    parts: [
      "debootstrap",
      "llvm-strip-19",
      "minisign",
      "patchelf",
      "qemu-aarch64-static",
      "rpmbuild",
      "runc",
      "curl",
      "xz",
    ],
  },
  { name: "engines", maxWorkers: 1, parts: ["containerd", "runc"], prepare: "build-engines.ts" },
];

/** The projects of vitest.config.ts that run without the name of a suite. */
const USUAL = ["unit", "system", "alone"];

/** Splits the arguments of `npm test`. `projects` are vitest's options. */
export function parseSuite(args: readonly string[]): {
  readonly suite: Suite | undefined;
  readonly projects: readonly string[];
  readonly rest: readonly string[];
} {
  const suite = SUITES.find(({ name }) => args.includes(`--${name}`));
  const projects = suite ? [suite.name] : USUAL;
  return {
    suite,
    projects: projects.flatMap((name) => ["--project", name]),
    rest: args.filter((arg) => arg !== `--${suite?.name}`),
  };
}
