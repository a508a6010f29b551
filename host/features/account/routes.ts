// The account page and what can be done on it.

import { Hono } from "hono";
import { accountPage } from "../../../portal/pages/account.ts";
import { passkeyEnrolmentPage, passkeyRenamePage } from "../../../portal/pages/passkeys.ts";
import { newRecoveryCodesPage, recoveryCodesPage } from "../../../portal/pages/recovery-codes.ts";
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import { totpEnrolmentPage } from "../../../portal/pages/totp-enrolment.ts";
import { readForm } from "../../http/body.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { recordAction } from "../../http/record-action.ts";
import { destinationOf, type PortalPage, type ReturnTo, readReturnTo } from "../../http/return-to.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import { cursorText, parseCursor } from "../../session/session-cursor.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { afterEnrolment } from "../second-factor/after-enrolment.ts";
import { confirmApp, makeRecoveryCodes, removeApp, removePasskey } from "../second-factor/change-factors.ts";
import { raiseLevel, totp } from "../second-factor/pass-second-factor.ts";
import { passkeyName } from "../second-factor/passkeys/passkey-response.ts";

/** Sessions that the account page lists at a time. */
const sessionsPerPage = 20;

export function accountRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { config, secondFactors, sessions, clock } = parts;

  const returnToOf = (c: RequestContext, next: PortalPage, form?: URLSearchParams): ReturnTo => {
    const parameter = form ? (name: string) => form.get(name) : (name: string) => c.req.query(name);
    return { ...readReturnTo(parameter, c.get("cookieDomain")), next };
  };

  app.get("/", async (c) => {
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const { user, session } = live;
    const portal = new URL(c.get("cookieDomain").portalUrl).hostname;
    const password = await parts.passwordChange.state();
    const overview = await secondFactors.of(user.name);
    const own = await sessions.of(user.name, sessionsPerPage, parseCursor(c.req.query("after") ?? ""));
    return c.html(
      accountPage({
        site: siteOf(c),
        user: shown(user),
        now: clock(),
        ...(password && { password }),
        offerApp: secondFactors.apps.enabled,
        offerPasskeys: secondFactors.passkeys.enabled,
        passkeys: overview.passkeys.map(({ rpId, ...passkey }) => ({
          ...passkey,
          ...(rpId !== portal && { elsewhere: rpId }),
        })),
        ...(overview.totp && { app: overview.totp }),
        ...(overview.recoveryCodes && { recoveryCodes: overview.recoveryCodes }),
        ...(own.next && { earlierSessions: `/account?${new URLSearchParams({ after: cursorText(own.next) })}` }),
        sessions: own.sessions.map(({ sid, domain, ...other }) => ({
          ...other,
          id: sid,
          current: sid === session.sid,
          ...(domain !== session.domain && { domain }),
        })),
      }),
    );
  });

  app.get("/totp", async (c) => {
    if (!secondFactors.apps.enabled) throw refuse(404, "Authenticator apps are not in use here.");
    const returnTo = returnToOf(c, "/account/totp");
    const live = await parts.confirmations.ask(c, returnTo);
    return live instanceof Response ? live : c.html(await enrolment(c, live, returnTo, false));
  });

  app.post("/totp", async (c) => {
    const form = await readForm(c);
    const returnTo = returnToOf(c, "/account/totp", form);
    const live = await parts.browserSessions.current(c);
    // Whoever was shown the secret had just shown who they are.
    if (!live || !(await secondFactors.apps.isEnrolling(live.session.sid, live.user.name)))
      return c.redirect(destinationOf(returnTo), 303);
    const code = form.get("token") ?? "";
    if (!(await confirmApp(c, parts, live, code))) return c.html(await enrolment(c, live, returnTo, true), 401);
    if (!(await raiseLevel(c, parts, live, totp))) return parts.askLogin(c, returnTo, "account");
    return c.redirect(await afterEnrolment(parts, live.user, returnTo), 303);
  });

  const enrolment = async (c: RequestContext, live: LiveSession, returnTo: ReturnTo, wrong: boolean) => {
    const { name } = live.user;
    const { secret, uri } = await secondFactors.apps.enrol(live.session.sid, name);
    const replaces = (await secondFactors.apps.of(name)) !== undefined;
    const { digits } = config.totp;
    const site = siteOf(c, addressWithReturnTo("/account/totp", onwardOf(returnTo)));
    return totpEnrolmentPage({ site, secret, uri, digits, replaces, returnTo: onwardOf(returnTo), wrong });
  };

  app.post("/totp/remove", async (c) => {
    const live = await parts.confirmations.ask(c, returnToOf(c, "/account"));
    if (live instanceof Response) return live;
    await removeApp(c, parts, live);
    return c.redirect("/account", 303);
  });

  app.get("/passkeys", async (c) => {
    if (!secondFactors.passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const returnTo = returnToOf(c, "/account/passkeys");
    const live = await parts.confirmations.ask(c, returnTo);
    return live instanceof Response
      ? live
      : c.html(passkeyEnrolmentPage({ site: siteOf(c), returnTo: onwardOf(returnTo) }));
  });

  app.post("/passkeys/remove", async (c) => {
    const id = (await readForm(c)).get("passkey") ?? "";
    const live = await parts.confirmations.ask(c, returnToOf(c, "/account"));
    if (live instanceof Response) return live;
    await removePasskey(c, parts, live, id);
    return c.redirect("/account", 303);
  });

  app.get("/passkeys/rename", async (c) => {
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const own = await secondFactors.passkeys.of(live.user.name);
    const passkey = own.find(({ id }) => id === c.req.query("passkey"));
    return passkey
      ? c.html(passkeyRenamePage({ site: siteOf(c), id: passkey.id, name: passkey.name }))
      : c.redirect("/account");
  });

  app.post("/passkeys/rename", async (c) => {
    const form = await readForm(c);
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const name = passkeyName.safeParse(form.get("name") ?? "");
    if (name.success) await secondFactors.passkeys.rename(live.user.name, form.get("passkey") ?? "", name.data);
    return c.redirect("/account", 303);
  });

  app.get("/recovery-codes", async (c) => {
    const returnTo = returnToOf(c, "/account/recovery-codes");
    const live = await parts.confirmations.ask(c, returnTo);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const { recoveryCodes: current } = await secondFactors.of(live.user.name);
    return c.html(recoveryCodesPage({ site: siteOf(c), returnTo: onwardOf(returnTo), ...(current && { current }) }));
  });

  app.post("/recovery-codes", async (c) => {
    const returnTo = returnToOf(c, "/account/recovery-codes", await readForm(c));
    const live = await parts.confirmations.ask(c, returnTo);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const codes = await makeRecoveryCodes(c, parts, live);
    return c.html(newRecoveryCodesPage({ site: siteOf(c), returnTo: onwardOf(returnTo), codes }));
  });

  app.post("/sessions/revoke", async (c) => {
    const sid = (await readForm(c)).get("session") ?? "";
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    if (!(await sessions.belongsTo(sid, live.user.name))) return c.redirect("/account", 303);
    await sessions.end(sid);
    await recordAction(c, parts, live.user, { action: "session end", detail: { session: sid } });
    if (sid !== live.session.sid) return c.redirect("/account", 303);
    parts.browserSessions.take(c);
    return c.redirect("/logout", 303);
  });

  app.post("/sessions/revoke-others", async (c) => {
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const ended = await sessions.endOthersOf(live.user.name, live.session.sid);
    if (ended > 0) await recordAction(c, parts, live.user, { action: "session end", detail: { sessions: ended } });
    return c.redirect("/account", 303);
  });

  return app;
}

function onwardOf({ target, method }: ReturnTo): ReturnTo {
  return { method, ...(target && { target }) };
}
