// People in many groups, in a real browser: it keeps the session's cookie, whose length is what a browser would drop it for, also of
// those whose token only just holds them; and whom no gate can be told about reads why.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { type Person, password, usersFile } from "../../workshop/host/users.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

const groups = Array.from(
  { length: 3000 },
  (_, i) => `team-of-many-people-with-a-long-name-${String(i).padStart(4, "0")}`,
);
const counts = [1, 40, ...Array.from({ length: 16 }, (_, i) => 52 + i), 200, 500];
const people: Record<string, Person> = {
  ...Object.fromEntries(counts.map((count) => [`in-${count}`, { groups: groups.slice(0, count) }])),
  nobody: { groups },
};

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "people in many groups, in Chromium,", (chromiumPath) => {
    let stack: Stack;
    let browser: Browser;

    beforeAll(async () => {
      stack = await Stack.start({ envoy: envoyPath, users: await usersFile(people) });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
    });

    const opened = async () => (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();

    test("log in at the form and are where they were going", async () => {
      const page = await opened();
      const target = stack.url("app", "/reports");
      await page.goto(target);
      await page.locator("input[name=username]").fill("in-500");
      await page.locator("input[name=password]").fill(password);
      await page.locator("form[action='/login'] [type=submit]").click();
      await page.waitForURL(target);
      expect(await page.textContent("h1")).toBe("Hello, in-500");
      expect(await page.textContent("table")).toContain(groups.slice(0, 500).join(","));
      // And again, by the cookie that the browser has kept.
      await page.reload();
      expect(await page.textContent("h1")).toBe("Hello, in-500");
      await page.context().close();
    });

    test("have a session that the browser keeps, however many groups it is", async () => {
      const page = await opened();
      const lost: string[] = [];
      for (const count of counts) {
        const username = `in-${count}`;
        await page.context().clearCookies();
        await page.goto(stack.url("auth"));
        const body = JSON.stringify({ username, password, keepMeLoggedIn: true });
        const status = await page.evaluate(async (text) => {
          const headers = { "content-type": "application/json" };
          return (await fetch("/api/firstfactor", { method: "POST", headers, body: text })).status;
        }, body);
        const kept = (await page.context().cookies()).filter(({ name }) => name === "zerohop_session");
        await page.goto(stack.url("app"));
        const told = await page.textContent("body");
        const isTold = told?.includes(`Hello, ${username}`) && told.includes(groups.slice(0, count).join(","));
        if (status !== 200 || kept.length !== 1 || !isTold) lost.push(`${username}: ${status}, ${kept.length} kept`);
      }
      expect(lost).toEqual([]);
      await page.context().close();
    });

    test("are told that they are in more groups than an application can be told", async () => {
      const page = await opened();
      await page.goto(stack.url("app"));
      await page.locator("input[name=username]").fill("nobody");
      await page.locator("input[name=password]").fill(password);
      await page.locator("form[action='/login'] [type=submit]").click();
      await page.getByText("more groups than an application can be told").waitFor();
      expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "zerohop_session" }));
      await page.context().close();
    });
  });
});
