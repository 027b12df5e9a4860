import type { Figures } from "./measure.ts";

interface Bar {
  readonly label: string;
  /** Name of the measured case. */
  readonly name: string;
  readonly isDocr: boolean;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const docr = (label: string, name: string): Bar => ({ label, name, isDocr: true });
const peer = (label: string, name: string): Bar => ({ label, name, isDocr: false });

const GROUPS: readonly Group[] = [
  {
    title: "one get",
    bars: [
      peer("/bin/true", "true"),
      docr("docr, cached", "warm get, bare host"),
      peer("ecr-login, cached", "ecr-login"),
      peer("secretservice", "secretservice"),
      docr("docr, other registry", "another registry's login, found"),
      docr("docr, new credential", "cold mint"),
    ],
  },
  {
    title: "20 gets at once",
    bars: [
      peer("/bin/true", "20 x true"),
      docr("docr, cached", "20 x warm get"),
      peer("ecr-login, cached", "20 x ecr-login"),
      peer("secretservice", "20 x secretservice"),
    ],
  },
  {
    title: "list of 100 logins",
    bars: [docr("docr", "list 100 docr"), peer("secretservice", "list 100 secretservice")],
  },
];

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const LINE = 22;
const TITLE = 34;

/** An SVG with a bar for each median. Each group has its own scale. Colours suit light and dark backgrounds. */
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
    for (const { label, isDocr, ms } of known) {
      const width = Math.max(1, ((WIDTH - LEFT - RIGHT) * ms) / longest);
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${label}</text>`,
        `<rect class="${isDocr ? "docr" : "peer"}" x="${LEFT}" y="${y + 3}" width="${width.toFixed(1)}" height="14" rx="2"/>`,
        `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 14}">${formatMs(ms)} ms</text>`,
      );
      y += LINE;
    }
  }
  const style = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.docr{fill:#0969da}.peer{fill:#8c959f}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.docr{fill:#4493f8}.peer{fill:#6e7681}}`;
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
