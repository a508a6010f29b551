import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { explanationText } from "../../../host/cli/explanation.ts";
import { coloured, painter, plain } from "../../../host/cli/paint.ts";
import { loadPolicy } from "../../../host/core/policy.ts";
import { YamlDocument } from "../../../host/kit/yaml/document.ts";
import { remediesFor } from "../../../host/policy/remedies.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";

/** Twenty rules as a small company has them. */
const company = `
access_control:
  default_policy: deny
  networks:
    - name: office
      networks: [192.0.2.0/24, 2001:db8:1::/48]
  rules:
    - { domain: [www.example.com, status.example.com, docs.example.com, assets.example.com, fonts.example.com], policy: bypass }
    - { domain: "*.example.com", resources: '^/\\.well-known/', policy: bypass }
    - { domain: api.example.com, methods: OPTIONS, policy: bypass }
    - { domain: api.example.com, resources: ['^/v1/public/', '^/v2/public/'], methods: [GET, HEAD], policy: bypass }
    - { domain: api.example.com, resources: '^/v1/admin(/|$)', subject: ['group:admins', ['group:dev', 'user:olga']], policy: two_factor }
    - { domain: api.example.com, subject: ['group:dev', 'group:partners'], policy: one_factor }
    - { domain: billing.example.com, subject: 'group:interns', policy: deny }
    - { domain: billing.example.com, methods: [GET, HEAD], subject: 'group:finance', policy: one_factor }
    - { domain: billing.example.com, subject: 'group:finance', policy: two_factor, max_age: 15m, amr: [hwk] }
    - { domain: admin.example.com, networks: office, subject: 'group:admins', policy: two_factor }
    - { domain: git.example.com, resources: '\\.git/(info|git-)', policy: one_factor }
    - { domain: git.example.com, subject: 'group:dev', policy: one_factor }
    - { domain: wiki.example.com, query: [{ key: action, value: edit }], subject: 'group:editors', policy: one_factor }
    - { domain: wiki.example.com, policy: one_factor }
    - { domain: '{user}.home.example.com', policy: one_factor }
    - { domain: '{group}.team.example.com', policy: one_factor }
    - { domain_regex: '^(?P<User>\\w+)\\.lab\\.example\\.com$', policy: two_factor }
    - { domain: old.example.com, policy: deny }
    - { domain: '*.internal.example.com', networks: [office, 10.0.0.0/8], policy: one_factor }
    - { domain: '*.internal.example.com', subject: 'group:admins', policy: two_factor }
`;

/** What the explanation says of a POST by bob to the billing host. */
const denial = `\
POST https://billing.example.com/invoices/7, by bob (dev) with one factor by pwd, from an unknown address
The rules see the path /invoices/7 and no query.

   rule  policy                             domain  methods  networks  subject  query  resources  hosts
   1     bypass                             miss    -        -         -        -      -          www.example.com, status.example.com and 3 more
   2     bypass                             hit     -        -         -        -      miss       *.example.com
   3     bypass                             miss    miss     -         -        -      -          api.example.com
   4     bypass                             miss    miss     -         -        -      miss       api.example.com
   5     two_factor                         miss    -        -         miss     -      miss       api.example.com
   6     one_factor                         miss    -        -         hit      -      -          api.example.com
   7     deny                               hit     -        -         miss     -      -          billing.example.com
   8     one_factor                         hit     miss     -         miss     -      -          billing.example.com
   9     two_factor (max_age 15m, amr hwk)  hit     -        -         miss     -      -          billing.example.com
   10    two_factor                         miss    -        miss      miss     -      -          admin.example.com
   11    one_factor                         miss    -        -         -        -      miss       git.example.com
   12    one_factor                         miss    -        -         hit      -      -          git.example.com
   13    one_factor                         miss    -        -         miss     miss   -          wiki.example.com
   14    one_factor                         miss    -        -         -        -      -          wiki.example.com
   15    one_factor                         miss    -        -         -        -      -          {user}.home.example.com
   16    one_factor                         miss    -        -         -        -      -          {group}.team.example.com
   17    two_factor                         miss    -        -         -        -      -          ^(?P<User>\\w+)\\.lab\\.example\\.com$
   18    deny                               miss    -        -         -        -      -          old.example.com
   19    one_factor                         miss    -        miss      -        -      -          *.internal.example.com
   20    two_factor                         miss    -        -         miss     -      -          *.internal.example.com
>  -     deny                                                                                     default policy

Rule 2, bypass, is passed over: it wants a path that matches ^/\\.well-known/, not /invoices/7.
Rule 7, deny, is passed over: it wants group interns, and bob is in dev.
Rule 8, one_factor, is passed over: it wants method GET or HEAD, not POST; it wants group finance, and bob is in dev.
Rule 9, two_factor (max_age 15m, amr hwk), is passed over: it wants group finance, and bob is in dev.

Denied: no rule matches, so the default policy holds: deny.

bob would be let in with
  - group finance and two factors and a login by hwk, by rule 9: two_factor (max_age 15m, amr hwk)
`;

let file: string;
const policy = loadPolicy((YamlDocument.parse("company", company).value as { access_control: unknown }).access_control);

interface Asked {
  readonly method?: string;
  readonly address?: string;
  readonly subject?: { name?: string; groups?: string[]; level?: 1 | 2; amr?: string[]; authTime?: number };
}

const now = 1_790_000_000;

function explain(url: string, { method = "GET", address = "", subject }: Asked = {}, paint = plain): string {
  const person = subject && { name: "bob", groups: [], level: 1 as const, amr: ["pwd"], authTime: now, ...subject };
  const request = { method, url, address, subject: person, now };
  const explanation = policy.explain(request);
  return explanationText({ policy, request, explanation, remedies: remediesFor(policy, request, explanation) }, paint);
}

beforeAll(() => {
  expect(policy.explain({ method: "GET", url: "https://a.example.com/", address: "" }).rules).toHaveLength(20);
});

describe("the explanation of a denial", () => {
  test("needs nothing beside it", () => {
    const text = explain("https://billing.example.com/invoices/7", { method: "POST", subject: { groups: ["dev"] } });
    expect(text).toBe(denial);
  });

  test.each<[string, string, Asked, string[]]>([
    [
      "a deny rule",
      "https://old.example.com/",
      { subject: {} },
      ["Denied: rule 18 is the first that matches, and its policy is deny."],
    ],
    [
      "a deny rule for a group",
      "https://billing.example.com/",
      { subject: { groups: ["interns", "finance"] } },
      ["Denied: rule 7 is the first that matches (group interns), and its policy is deny."],
    ],
    [
      "the wrong network",
      "https://admin.example.com/",
      { address: "198.51.100.7", subject: { groups: ["admins"], level: 2 } },
      [
        "it wants an address in office (192.0.2.0/24, 2001:db8:1::/48), not 198.51.100.7.",
        "bob would be let in with\n  - an address in office, by rule 10: two_factor",
      ],
    ],
    [
      "a host that names somebody else",
      "https://alice.home.example.com/",
      { subject: {} },
      ["bob is not the one that this host names", "- user alice, by rule 15: one_factor"],
    ],
    [
      "a group's host",
      "https://ops.team.example.com/",
      { subject: { groups: ["dev"] } },
      ["- group ops, by rule 16: one_factor"],
    ],
    [
      "one of two groups that are wanted together",
      "https://api.example.com/v1/admin",
      { subject: { name: "olga" } },
      [
        "it wants group admins or (group dev and user olga), and olga is in no group",
        "- group dev and two factors, by rule 5: two_factor",
      ],
    ],
  ])("by %s says what would have to be different", (_, url, asked, parts) => {
    const text = explain(url, asked);
    for (const part of parts) expect(text).toContain(part);
  });
});

describe("the explanation of a login", () => {
  test("says who gets where behind it, and what may means", () => {
    const text = explain("https://git.example.com/app");
    expect(text).toContain("may: nobody is logged in, and it depends on who logs in.");
    expect(text).toContain(
      "Asked to log in: rule 12 is the first that matches (group dev), and its policy is one_factor; nobody",
    );
    expect(text).toContain(
      "Behind the login:\n  group dev: one_factor (rule 12)\n  other users: deny (default policy)\n",
    );
  });

  test.each<[string, Asked["subject"] & object, string]>([
    [
      "factor",
      { groups: ["admins"] },
      "the session has one factor only.\n\nbob would be let in with\n  - two factors, by rule 5",
    ],
  ])("again names the %s that is missing", (_, subject, part) => {
    expect(explain("https://api.example.com/v1/admin/", { subject })).toContain(part);
  });

  test("again names the method and the age that are missing", () => {
    const finance = { groups: ["finance"], level: 2 as const };
    const ask = (subject: object) =>
      explain("https://billing.example.com/", { method: "POST", subject: { ...finance, ...subject } });
    expect(ask({})).toContain(
      "the session was not made by hwk.\n\nbob would be let in with\n  - a login by hwk, by rule 9",
    );
    const late = ask({ amr: ["hwk"], authTime: now - 3600 });
    expect(late).toContain("with two factors by hwk 3600 s ago");
    expect(late).toContain(
      "the last login was 3600 s ago, longer than 15m.\n\nbob would be let in with\n  - a login within the last 15m, by rule 9",
    );
    expect(ask({ amr: ["hwk"] })).toContain("Allowed for bob: rule 9 ");
  });
});

describe("the explanation of a path", () => {
  test("shows it as the rules see it", () => {
    expect(explain("https://wiki.example.com/a%20b%C3%A9?action=edit&x=%20")).toContain(
      "The rules see the path /a bé and the query action=edit&x=%20.",
    );
  });

  test("tells that it has several readings", () => {
    const text = explain("https://www.example.com/a;b=c");
    expect(text).toContain("An application may read the path in another way.");
    expect(text).toContain("Allowed for everybody: rule 1 ");
  });

  test("that is refused for them tells the other one's outcome", () => {
    const text = explain("https://api.example.com/v1/admin%3Bx", { subject: { groups: ["admins"] } });
    expect(text).toMatch(/Refused with status 400, before any rule: the path can be read in several ways/);
    expect(text).toContain("Read plainly it is /v1/admin;x: deny (default policy).");
    expect(text).toContain("With escaped path parameters cut off it is /v1/admin: login (rule 5).");
  });

  test("with an escaped slash tells each of its readings", () => {
    const admin = { subject: { groups: ["admins", "dev"] } };
    const project = explain("https://api.example.com/v1/projects/a%2Fb", admin);
    expect(project).toContain("The rules see the path /v1/projects/a/b and no query.\nAn application may read");
    expect(project).toContain("Allowed for bob: rule 6 ");
    const text = explain("https://api.example.com/v1%2Fadmin", admin);
    expect(text).toContain("Read plainly it is /v1/admin: login (rule 5).");
    expect(text).toContain("With %2F kept as data it is /v1%2Fadmin: allow (rule 6).");
  });

  test("that is refused at once tells why, and of no rule", () => {
    expect(explain("https://api.example.com/a/../b")).toBe(
      "GET https://api.example.com/a/../b, by nobody who is logged in, from an unknown address\n\n" +
        "Refused with status 400, before any rule: the path has a dot segment.\n",
    );
  });
});

describe("an explanation", () => {
  test("leaves out rules about other hosts when there are many", () => {
    const rules = Array.from({ length: 100 }, (_, i) => ({ domain: `h${i}.example.com`, policy: "one_factor" }));
    const large = loadPolicy({ rules });
    const request = { method: "GET", url: "https://h7.example.com/", address: "" };
    const text = explanationText({ policy: large, request, explanation: large.explain(request), remedies: [] }, plain);
    expect(text.split("\n").length).toBeLessThan(15);
    expect(text).toContain(">  8     one_factor  hit     h7.example.com");
    expect(text).toContain("99 rules about other hosts are left out.");
  });

  test("has colours on a terminal only, and none with NO_COLOR", () => {
    expect(explain("https://wiki.example.com/", {}, coloured)).toContain("\x1b[");
    expect(painter({ isTTY: true })("red", "x")).toBe(process.env.NO_COLOR ? "x" : coloured("red", "x"));
    expect(painter({})("red", "x")).toBe("x");
    const before = process.env.NO_COLOR;
    process.env.NO_COLOR = "1";
    expect(painter({ isTTY: true })("red", "x")).toBe("x");
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
});

describe("zerohop policy explain", () => {
  test("prints the text, or JSON with the reading and the ways in", async () => {
    file = join(temporaryFolder(), "company.yml");
    writeFileSync(file, company);
    const args = ["policy", "explain", "--config", file, "--url", "https://git.example.com/x%20y", "--user", "bob"];
    const text = await zerohopInProcess(args);
    expect([text.code, text.stderr]).toEqual([0, ""]);
    expect(text.stdout).toContain(
      "Denied: no rule matches, so the default policy holds: deny.\n\nbob would be let in with\n  - group dev, by rule 12",
    );
    expect(text.stdout).not.toContain("\x1b");
    const { stdout } = await zerohopInProcess([...args, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "deny",
      rule: 0,
      reading: { path: "/x y", query: "", hasOthers: false },
      remedies: [{ rule: 12, access: "one_factor", needs: ["group dev"] }],
    });
  });

  test("is told the time of the request and of the login", async () => {
    file = join(temporaryFolder(), "company.yml");
    writeFileSync(file, company);
    const args = ["policy", "explain", "--config", file, "--url", "https://billing.example.com/", "--method", "POST"];
    const session = ["--user", "bob", "--groups", "finance", "--level", "2", "--amr", "hwk"];
    const { stdout } = await zerohopInProcess([
      ...args,
      ...session,
      "--now",
      "1790000000",
      "--auth-time",
      "1789990000",
    ]);
    expect(stdout).toContain("the last login was 10000 s ago, longer than 15m");
    const wrong = await zerohopInProcess([...args, ...session, "--now", "soon"]);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining("--now must be seconds since 1970, not soon"),
    ]);
  });
});
