import type { Figures } from "./measure.ts";

const START = "<!-- npm run bench -- --record -->";
const END = "<!-- end -->";

const LINES: readonly { readonly work: string; readonly ours: string; readonly peers: readonly string[] }[] =
  [
    {
      work: "`get` of a minted credential",
      ours: "warm, token in the environment",
      peers: ["secretservice", "ecr-login", "true"],
    },
    {
      work: "20 of them at once",
      ours: "20 x warm",
      peers: ["20 x secretservice", "20 x ecr-login", "20 x true"],
    },
    { work: "`get` of another registry's login", ours: "other registry", peers: ["secretservice"] },
    { work: "the same, with `DOCR_FALLBACK=secretservice`", ours: "fallback", peers: ["secretservice"] },
    { work: "`get` that mints, over HTTPS", ours: "cold", peers: ["secretservice"] },
    {
      work: "50 of them at once, one mint for all",
      ours: "50 x cold",
      peers: ["50 x secretservice", "50 x ecr-login", "50 x true"],
    },
    { work: "`list` of 100 logins", ours: "list 100 ours", peers: ["list 100 theirs"] },
    { work: "`list` of 1,000 logins", ours: "list 1000 ours", peers: ["list 1000 theirs"] },
  ];

/** The README with its table of speed written anew, and what makes the figures doubtful, if anything. */
export function updateReadme(
  readme: string,
  figures: ReadonlyMap<string, Figures>,
  noise: string | undefined,
): string {
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the README lacks ${START} or ${END}`);
  const rows = LINES.flatMap(({ work, ours, peers }) => {
    const own = figures.get(ours)?.median;
    if (own === undefined) return [];
    const ratios = [0, 1, 2].map((index) => ratioTo(own, figures.get(peers[index] ?? "")));
    return [`| ${work} | ${own < 10 ? own.toFixed(1) : own.toFixed(0)} ms | ${ratios.join(" | ")} |`];
  });
  const head = [
    "| work | docr | / secretservice | / ecr-login, cached | / `/bin/true` |",
    "| --- | --- | --- | --- | --- |",
  ];
  const doubt = noise === undefined ? [] : ["", `In that run ${noise}.`];
  return `${before}${START}\n${[...head, ...rows, ...doubt].join("\n")}\n${END}${after}`;
}

function ratioTo(own: number, peer: Figures | undefined): string {
  return peer ? `${(own / peer.median).toFixed(2)} x` : "";
}
