// A terminal's recording as an SVG that plays by itself: lines appear when they came, and the oldest scroll away. Only text, so that it
// is small, sharp at every size, and can be read in a diff.

/** A line, and how long after the one before it came. Milliseconds. */
export interface RecordedLine {
  readonly after: number;
  readonly text: string;
  /** Whether it was typed. */
  readonly typed?: boolean;
}

export interface Look {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  /** How long the whole takes before it begins again: waiting is cut short in proportion. Milliseconds. */
  readonly duration: number;
  /** How long the end stays. Milliseconds. */
  readonly rest: number;
}

const [lineHeight, charWidth, padding, bar] = [18, 7.85, 14, 30];

export function recordingSvg(lines: readonly RecordedLine[], { title, columns, rows, duration, rest }: Look): string {
  const shown = lines.flatMap(({ after, text, typed }) =>
    wrapped(text, columns).map((part, index) => ({ after: index === 0 ? after : 0, text: part, typed })),
  );
  const total = shown.reduce((sum, { after }) => sum + after, 0);
  const scale = (duration - rest) / Math.max(total, 1);
  let at = 0;
  const times = shown.map(({ after }) => (at += after * scale));
  const percent = (time: number) => `${((100 * time) / duration).toFixed(2)}%`;
  const [width, height] = [columns * charWidth + 2 * padding, rows * lineHeight + bar + padding];
  const appear = times.map(
    (time, index) => `@keyframes l${index}{0%,${percent(time)}{opacity:0}${percent(time + 1)},100%{opacity:1}}`,
  );
  // Of lines that came together the last counts.
  const offsets = new Map(
    times.flatMap((time, index) => (index < rows ? [] : [[percent(time), -(index - rows + 1) * lineHeight] as const])),
  );
  const scrolls = [...offsets].map(([time, offset]) => `${time}{transform:translateY(${offset}px)}`);
  const texts = shown.map(({ text, typed }, index) => {
    const y = bar + (index + 1) * lineHeight;
    const classes = typed ? ' class="t"' : "";
    return `<text x="${padding}" y="${y}"${classes} style="animation-name:l${index}">${escaped(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-label="${escaped(title)}">
<style>
rect{fill:#16181d}circle{fill:#4a4f5a}
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d5d9e0;white-space:pre;animation:${duration}ms linear infinite}
.t{fill:#7ee2b8;font-weight:600}.h{fill:#9aa1ad;animation:none}
g{animation:scroll ${duration}ms steps(1) infinite}
@keyframes scroll{0%{transform:none}${scrolls.join("")}}
${appear.join("\n")}
@media (prefers-reduced-motion:reduce){text{animation:none}g{animation:none;transform:translateY(${-Math.max(0, shown.length - rows) * lineHeight}px)}}
</style>
<rect width="100%" height="100%" rx="8"/>
<circle cx="18" cy="15" r="5"/><circle cx="36" cy="15" r="5"/><circle cx="54" cy="15" r="5"/>
<text class="h" x="74" y="19">${escaped(title)}</text>
<svg aria-hidden="true" y="${bar}" width="100%" height="${rows * lineHeight + 6}" viewBox="0 ${bar} ${width.toFixed(0)} ${rows * lineHeight + 6}"><g>
${texts.join("\n")}
</g></svg>
</svg>
`;
}

function wrapped(text: string, columns: number): string[] {
  const parts = [];
  for (let at = 0; at === 0 || at < text.length; at += columns) parts.push(text.slice(at, at + columns));
  return parts;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
