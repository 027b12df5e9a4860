import type { Figures } from "./measure.ts";

interface Bar {
  readonly label: string;
  /** Name of the case. */
  readonly name: string;
  readonly isOurs: boolean;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const ours = (label: string, name: string): Bar => ({ label, name, isOurs: true });
const theirs = (label: string, name: string): Bar => ({ label, name, isOurs: false });

const GROUPS: readonly Group[] = [
  {
    title: "one get",
    bars: [
      theirs("/bin/true", "true"),
      ours("docr, minted before", "warm, token in the environment"),
      theirs("ecr-login, from its cache", "ecr-login"),
      theirs("secretservice", "secretservice"),
      ours("docr, another registry", "other registry"),
      ours("docr, minting", "cold"),
    ],
  },
  {
    title: "20 gets at once",
    bars: [
      theirs("/bin/true", "20 x true"),
      ours("docr, minted before", "20 x warm"),
      theirs("ecr-login, from its cache", "20 x ecr-login"),
      theirs("secretservice", "20 x secretservice"),
    ],
  },
  {
    title: "list of 100 logins",
    bars: [ours("docr", "list 100 ours"), theirs("secretservice", "list 100 theirs")],
  },
];

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const LINE = 22;
const TITLE = 34;

/** Bars of medians, each group on a scale of its own; readable on light and on dark. */
export function drawChart(figures: ReadonlyMap<string, Figures>): string {
  const parts: string[] = [];
  let y = 0;
  for (const { title, bars } of GROUPS) {
    const known = bars.flatMap((bar) => {
      const ms = figures.get(bar.name)?.median;
      return ms === undefined ? [] : [{ ...bar, ms }];
    });
    const longest = Math.max(...known.map(({ ms }) => ms));
    parts.push(`<text class="title" x="0" y="${y + TITLE - 12}">${title}</text>`);
    y += TITLE;
    for (const { label, isOurs, ms } of known) {
      const width = Math.max(1, ((WIDTH - LEFT - RIGHT) * ms) / longest);
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${label}</text>`,
        `<rect class="${isOurs ? "ours" : "theirs"}" x="${LEFT}" y="${y + 3}" width="${width.toFixed(1)}" height="14" rx="2"/>`,
        `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 14}">${formatMs(ms)} ms</text>`,
      );
      y += LINE;
    }
  }
  const style = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.ours{fill:#0969da}.theirs{fill:#8c959f}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#4493f8}.theirs{fill:#6e7681}}`;
  const box = `viewBox="0 0 ${WIDTH} ${y + 6}" width="${WIDTH}" height="${y + 6}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-label="Medians of npm run bench">
<style>${style}</style>
${parts.join("\n")}
</svg>
`;
}

function formatMs(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
