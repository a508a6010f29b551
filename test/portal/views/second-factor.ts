import { accountPage } from "../../../host/features/account/pages/account.ts";
import { loginPage } from "../../../host/features/login/pages/login.ts";
import { providerTexts } from "../../../host/features/providers/texts/index.ts";
import { factorSection } from "../../../host/features/second-factor/pages/account-section.ts";
import { secondFactorMissingPage, secondFactorPage } from "../../../host/features/second-factor/pages/second-factor.ts";
import { passkeyQuestion, passkeyRow } from "../../../host/features/second-factor/passkeys/pages/index.ts";
import { passkeyControl } from "../../../host/features/second-factor/passkeys/pages/passkey-control.ts";
import {
  passkeyEnrolmentPage,
  passkeyRenamePage,
} from "../../../host/features/second-factor/passkeys/pages/passkeys.ts";
import { passkeyTexts } from "../../../host/features/second-factor/passkeys/texts/index.ts";
import {
  recoveryCodeQuestion,
  recoveryCodeRow,
} from "../../../host/features/second-factor/recovery-codes/pages/index.ts";
import {
  newRecoveryCodesPage,
  recoveryCodesPage,
} from "../../../host/features/second-factor/recovery-codes/pages/recovery-codes.ts";
import { recoveryCodeTexts } from "../../../host/features/second-factor/recovery-codes/texts/index.ts";
import { totpEnrolmentPage } from "../../../host/features/second-factor/totp/pages/enrolment.ts";
import { appQuestion, appRow } from "../../../host/features/second-factor/totp/pages/index.ts";
import { totpTexts } from "../../../host/features/second-factor/totp/texts/index.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { type Page, problems, returnTo, user } from "../samples.ts";

const now = 1_790_000_000;
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const uri = `otpauth://totp/Zerohop:alice?secret=${secret}&issuer=Zerohop&algorithm=SHA1&digits=6&period=30`;
const codes = Array.from({ length: 10 }, () => "7k3m-x9qp-0v2d-hn5t");

export function pagesIn(site: Site): readonly Page[] {
  const { language } = site;
  const factors = [
    ["passkey", passkeyQuestion, passkeyTexts],
    ["totp", (view) => appQuestion(view, 6), totpTexts],
    ["recovery", recoveryCodeQuestion, recoveryCodeTexts],
  ] satisfies [string, typeof passkeyQuestion, unknown][];
  const adds = [{ label: passkeyTexts(language).add, address: "/account/passkeys" }];
  const elsewhere = [
    { label: providerTexts(language).confirmAt("Pocket ID"), address: "/login/provider/company?second_factor=1" },
  ];
  const setUps = [{ label: totpTexts(language).enrolment.title, address: "/account/totp" }, ...adds];
  return [
    ...factors.flatMap(([name, question]) =>
      problems.map<Page>((problem) => [
        `second factor (${name}, ${problem?.kind ?? "first visit"})`,
        (texts) =>
          secondFactorPage({
            ...{ site, user: user(texts), returnTo: returnTo(texts) },
            question: question({ site, returnTo: returnTo(texts), wrong: problem?.kind === "wrong" }),
            others: factors
              .filter(([other]) => other !== name)
              .map(([other, , texts]) => ({ name: other, choice: texts(language).choose })),
            ...(problem && { problem }),
            elsewhere,
          }),
      ]),
    ),
    ...[setUps, []].map<Page>((setUps) => [
      setUps.length > 0 ? "second factor (none)" : "second factor (none, and none to set up)",
      (texts) => secondFactorMissingPage({ site, user: user(texts), returnTo: returnTo(texts), setUps, elsewhere }),
    ]),
    ...[true, false].map<Page>((wrong) => [
      `authenticator app (${wrong ? "wrong code" : "first visit"})`,
      (texts) =>
        totpEnrolmentPage({ site, secret, uri, digits: 6, replaces: !wrong, returnTo: returnTo(texts), wrong }),
    ]),
    ["passkey (new)", (texts) => passkeyEnrolmentPage({ site, returnTo: returnTo(texts) })],
    ["passkey (rename)", ({ requestId, message }) => passkeyRenamePage({ site, id: requestId, name: message })],
    [
      "recovery codes",
      (texts) => recoveryCodesPage({ site, returnTo: returnTo(texts), current: { left: 8, total: 10 } }),
    ],
    ["recovery codes (none)", () => recoveryCodesPage({ site, returnTo: {} })],
    ["recovery codes (new)", (texts) => newRecoveryCodesPage({ site, returnTo: returnTo(texts), codes })],
    [
      "login (with a passkey)",
      ({ method, url, host }) => {
        const { logIn: label } = passkeyTexts(language);
        const control = passkeyControl({ site, purpose: "login", label, weight: "secondary" });
        const alternatives = [{ control, autocomplete: "webauthn" }];
        return loginPage({ site, method, username: "", rememberMe: false, target: { url, host }, alternatives });
      },
    ],
    [
      "account (second factors)",
      (texts) =>
        accountPage({
          ...{ site, user: user(texts), now, sessions: [] },
          sections: [
            factorSection({
              language,
              adds,
              first: factors.slice(0, 2).map(([name, , texts]) => ({ name, choice: texts(language).choose })),
              rows: [
                appRow({ lastUsedAt: now - 30 }, now, language),
                ...[texts.host, "auth.example.com"].map((rpId) =>
                  passkeyRow(
                    {
                      id: texts.requestId,
                      name: texts.message,
                      rpId,
                      createdAt: now,
                      lastUsedAt: rpId === texts.host ? null : now,
                    },
                    "auth.example.com",
                    now,
                    language,
                  ),
                ),
                recoveryCodeRow({ left: 8, total: 10 }, language),
              ],
            }),
          ],
        }),
    ],
    [
      "account (no second factor)",
      (texts) =>
        accountPage({
          ...{ site, user: user(texts), now, sessions: [] },
          sections: [
            factorSection({
              language,
              adds,
              first: [],
              rows: [appRow(undefined, now, language), recoveryCodeRow(undefined, language)],
            }),
          ],
        }),
    ],
  ];
}
