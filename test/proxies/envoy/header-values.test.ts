// What names and groups look like in the headers that an application gets: each one header, byte for byte as the directory
// has it, and no other.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { password } from "../../../workshop/host/users.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

interface Profile {
  readonly displayname?: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

const users: Readonly<Record<string, Profile>> = {
  plain: { displayname: "Plain", email: "plain@example.com", groups: ["admins", "dev"] },
  "größe 名": { displayname: "Größe 名前 😀", email: "größe@example.com", groups: ["größe", "開発", "a b"] },
  'a,b; c="d" <x> %0d%0a \\ \'': {
    displayname: "x, admins; Remote-User: root <script> %0d%0aRemote-User: root",
    email: '"a,b"@example.com',
    groups: ["semi;colon", "a=b", "%2c", "<script>", "Remote-User: root", 'quo"te'],
  },
  "inner   spaces": { groups: [] },
  long: { displayname: "n".repeat(255), groups: ["g".repeat(255), "h"] },
};

const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");

describeWith(await envoy(), "the application behind Envoy", (path) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ envoy: path, withHost: false });
    const hash = await hashArgon2(password, cheapParameters);
    const all = Object.entries(users).map(([name, user]) => [name, { ...user, password: hash }]);
    writeFileSync(join(stack.folder, "users.yml"), stringify({ users: Object.fromEntries(all) }));
    stack.startHost();
    await stack.isOpen(stack.proxy);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test.each(Object.keys(users))(
    "sees the name and the groups of %j as they are, and nothing made of them",
    async (name) => {
      const user = users[name]!;
      const cookie = await stack.login(name);
      for (const ask of [stack.client.get.bind(stack.client), stack.client.getOver2.bind(stack.client)]) {
        const { headers } = seenBy(await ask(stack.url("app"), { headers: [["cookie", cookie]] }));
        const remote = Object.fromEntries(Object.entries(headers).filter(([header]) => header.startsWith("remote-")));
        // What nobody has is no header.
        expect(remote).toEqual({
          "remote-user": bytes(name),
          ...(user.displayname !== undefined && { "remote-name": bytes(user.displayname) }),
          ...(user.email !== undefined && { "remote-email": bytes(user.email) }),
          ...(user.groups.length > 0 && { "remote-groups": bytes(user.groups.join(",")) }),
        });
        // Whoever splits at commas finds the groups that there are.
        const groups = String(remote["remote-groups"] ?? "").split(",");
        expect(groups.map((group) => group.trim()).filter(Boolean)).toEqual(user.groups.map(bytes));
      }
    },
  );
});
