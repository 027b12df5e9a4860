import type { Figures } from "./measure.ts";

const START = "<!-- npm run bench -- --record -->";
const END = "<!-- end -->";

const LINES: readonly { readonly work: string; readonly docr: string; readonly peers: readonly string[] }[] =
  [
    {
      work: "`get`, cached credential",
      docr: "warm get, bare host",
      peers: ["secretservice", "ecr-login", "true"],
    },
    {
      work: "the same for `registry.digitalocean.com/acme/app`",
      docr: "warm get, path",
      peers: ["secretservice", "ecr-login", "true"],
    },
    {
      work: "20 concurrent `get`s, cached credential",
      docr: "20 x warm get",
      peers: ["20 x secretservice", "20 x ecr-login", "20 x true"],
    },
    {
      work: "`get`, login of another registry",
      docr: "another registry's login, found",
      peers: ["secretservice"],
    },
    {
      work: "`get`, another registry without a login",
      docr: "another registry's login, not found",
      peers: ["secretservice, not found"],
    },
    {
      work: "20 concurrent `get`s, login of another registry",
      docr: "20 x another registry's login",
      peers: ["20 x secretservice"],
    },
    {
      work: "`get` with `DOCR_FALLBACK=secretservice`",
      docr: "fallback helper",
      peers: ["secretservice"],
    },
    {
      work: "`store` of another registry's login, among 100",
      docr: "1 x store docr",
      peers: ["1 x store secretservice"],
    },
    {
      work: "`erase` of another registry's login, among 100",
      docr: "1 x erase docr",
      peers: ["1 x erase secretservice"],
    },
    { work: "`get` that creates a credential, over HTTPS", docr: "cold mint", peers: ["secretservice"] },
    {
      work: "50 concurrent `get`s that share one new credential",
      docr: "50 x mint",
      peers: ["50 x secretservice", "50 x ecr-login", "50 x true"],
    },
    { work: "`list` of 100 logins", docr: "list 100 docr", peers: ["list 100 secretservice"] },
    { work: "`list` of 1,000 logins", docr: "list 1000 docr", peers: ["list 1000 secretservice"] },
  ];

/** Returns docs/speed.md with the table of these figures. `noise` is the reason if they are unreliable. */
export function updateSpeedPage(
  page: string,
  figures: ReadonlyMap<string, Figures>,
  noise: string | undefined,
): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/speed.md lacks ${START} or ${END}`);
  const rows = LINES.flatMap(({ work, docr, peers }) => {
    const own = figures.get(docr)?.median;
    if (own === undefined) return [];
    const ratios = [0, 1, 2].map((index) => ratioTo(own, figures.get(peers[index] ?? "")));
    return [`| ${work} | ${own < 10 ? own.toFixed(1) : own.toFixed(0)} ms | ${ratios.join(" | ")} |`];
  });
  const head = [
    "| work | docr | / secretservice | / ecr-login, cached | / `/bin/true` |",
    "| --- | --- | --- | --- | --- |",
  ];
  const doubt = noise === undefined ? [] : ["", `During this run, ${noise}.`];
  return `${before}${START}\n${[...head, ...rows, ...doubt].join("\n")}\n${END}${after}`;
}

function ratioTo(own: number, peer: Figures | undefined): string {
  return peer ? `${(own / peer.median).toFixed(2)} x` : "";
}
