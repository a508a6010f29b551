// What `check` says of cookie domains is what a browser does: it refuses those, and those alone, for which Chromium keeps no cookie.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { parseCookieDomain } from "../../host/session/cookie-domain.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { describeWith } from "../../workshop/programs/needed.ts";

const suffixes = [
  ...["co.uk", "com.au", "xn--55qx5d.cn", "b.ck", "osaka.jp", "home.arpa"],
  ...["github.io", "duckdns.org", "ddns.net", "dyndns.org", "azurewebsites.net", "s3.amazonaws.com", "ts.net"],
];
const owned = [
  ...["example.com", "auth.example.co.uk", "www.ck", "amazonaws.com", "me.duckdns.org", "lab.me.github.io"],
  ...["home.lan", "nas.home.arpa", "lab.internal", "printer.local", "zerohop.localhost", "example.test", "intern.corp"],
];

describeWith(chromiumProgram, "a cookie domain", (chromiumPath) => {
  test("is refused where Chromium keeps no cookie for it, and nowhere else", async () => {
    const browser = await launchChromium(chromiumPath);
    try {
      const page = await browser.newPage();
      await page.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<title>Portal</title>" }));
      const domains = [...suffixes, ...owned];
      const kept = [];
      for (const domain of domains) if (await keepsCookie(page, domain)) kept.push(domain);
      expect(kept).toEqual(owned);
      expect(domains.filter(isAllowed)).toEqual(kept);
    } finally {
      await browser.close();
    }
  });
});

async function keepsCookie(page: Page, domain: string): Promise<boolean> {
  await page.goto(`https://auth.${domain}/`);
  const cookie = `session=1; Domain=${domain}; Path=/; Secure`;
  return page.evaluate<boolean>(`document.cookie = ${JSON.stringify(cookie)}; document.cookie !== ""`);
}

function isAllowed(domain: string): boolean {
  try {
    return parseCookieDomain(domain) === domain;
  } catch {
    return false;
  }
}
