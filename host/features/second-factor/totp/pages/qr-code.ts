// A QR code as a drawing in the page: no request, no picture, sharp at any size.
import { html } from "hono/html";
import { encode } from "uqr";

/** Modules of white around the code, as readers need (ISO/IEC 18004). */
const quiet = 4;

export function qrCode(text: string, label: string) {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const whole = size + 2 * quiet;
  return html`<svg class="qr" viewBox="0 0 ${whole} ${whole}" role="img" aria-label="${label}" shape-rendering="crispEdges">
          <path fill="#ffffff" d="M0 0h${whole}v${whole}H0z" />
          <path fill="#000000" d="${data.map(dark).join("")}" />
        </svg>`;
}

/** The dark runs of a row as a path. */
function dark(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (row[x + 1]) x++;
    const length = x - from + 1;
    path += `M${from + quiet} ${y + quiet}h${length}v1h-${length}z`;
  }
  return path;
}
