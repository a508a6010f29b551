import { expect, test } from "vitest";
import { movableClock, startHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { mailConfigText } from "../support/mails.ts";
import { askForLink, good, linksIn, mailsOf, setPassword, usersWithMail } from "../support/password-reset.ts";

describeWith(postgresProgram, "two hosts on one PostgreSQL", () => {
  test("let a link be used at one of them, once", async () => {
    const server: Postgres = await startPostgres();
    try {
      const { port, database, username } = await server.createDatabase();
      const text = mailConfigText.replace(
        "  local:\n    path: db.sqlite3\n",
        `  postgres:\n    address: 127.0.0.1:${port}\n    database: ${database}\n    username: ${username}\n    tls: { disable: true }\n`,
      );
      const { clock } = movableClock();
      const users = await usersWithMail();
      const one = await startHost({ text, clock, users });
      const two = await startHost({ text, clock, users });
      // Either host may send the mail.
      const { cookie } = await askForLink(one, "alice");
      const links = () => [...linksIn(mailsOf(one)), ...linksIn(mailsOf(two))];
      await expect.poll(() => links().length).toBe(1);
      const link = { token: links()[0]!.searchParams.get("token")!, cookie };
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) => setPassword(index % 2 ? one : two, link, `${good} ${index}`)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(5).fill(410)]);
    } finally {
      await server.end();
    }
  }, 120_000);
});
