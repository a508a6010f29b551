// The account page and what can be done on it.

import { Hono } from "hono";
import { accountPage } from "../../../portal/pages/account.ts";
import type { LoginNotice } from "../../../portal/pages/login.ts";
import { passkeyEnrolmentPage, passkeyRenamePage } from "../../../portal/pages/passkeys.ts";
import { newRecoveryCodesPage, recoveryCodesPage } from "../../../portal/pages/recovery-codes.ts";
import { totpEnrolmentPage } from "../../../portal/pages/totp-enrolment.ts";
import { wayAddress } from "../../../portal/pages/way.ts";
import { readForm } from "../../http/body.ts";
import { currentSession } from "../../http/current-session.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { recordAction } from "../../http/record-action.ts";
import { takeSession } from "../../http/session-binding.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import { destinationOf, type PortalPage, readWay, type Way } from "../../http/way.ts";
import { cursorText, parseCursor } from "../../session/session-cursor.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { confirmationOf } from "../elevation/confirmation.ts";
import { askLogin } from "../login/ask-login.ts";
import { offersPasswordChange } from "../password-change/change-password.ts";
import { afterEnrolment } from "../second-factor/after-enrolment.ts";
import { confirmApp, makeRecoveryCodes, removeApp, removePasskey } from "../second-factor/change-factors.ts";
import { raiseLevel, totp } from "../second-factor/pass-second-factor.ts";
import { passkeyName } from "../second-factor/passkeys/passkey-response.ts";

/** Sessions that the account page lists at a time. */
const sessionsPerPage = 20;

export function accountRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { config, secondFactors, sessions, clock } = parts;

  const logInFirst = (c: RequestContext, way: Way, notice: LoginNotice, username = "") =>
    askLogin(c, parts, way, notice, username);

  /** The session of a visitor who has just shown who they are, or the page where they do so. */
  const authenticated = async (c: RequestContext, way: Way): Promise<LiveSession | Response> => {
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, way, "account");
    switch (await confirmationOf(live, parts)) {
      case "given":
        return live;
      case "log in":
        return logInFirst(c, way, "confirm", live.user.name);
      case "second factor":
        return c.redirect(wayAddress("/second-factor", way), 303);
      case "code":
      case "no address":
        return c.redirect(wayAddress("/account/elevation", way), 303);
    }
  };

  const wayTo = (c: RequestContext, next: PortalPage, form?: URLSearchParams): Way => {
    const parameter = form ? (name: string) => form.get(name) : (name: string) => c.req.query(name);
    return { ...readWay(parameter, c.get("cookieDomain")), next };
  };

  app.get("/", async (c) => {
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, wayTo(c, "/account"), "account");
    const { user, session } = live;
    const portal = new URL(c.get("cookieDomain").portalUrl).hostname;
    const overview = await secondFactors.of(user.name);
    const own = await sessions.of(user.name, sessionsPerPage, parseCursor(c.req.query("after") ?? ""));
    return c.html(
      accountPage({
        site: siteOf(c, parts),
        user: shown(user),
        now: clock(),
        ...(config.authenticationBackend.passwordChange && {
          password: (await offersPasswordChange(parts)) ? "changeable" : "fixed",
        }),
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
    const way = wayTo(c, "/account/totp");
    const live = await authenticated(c, way);
    return live instanceof Response ? live : c.html(await enrolment(c, live, way, false));
  });

  app.post("/totp", async (c) => {
    const form = await readForm(c);
    const way = wayTo(c, "/account/totp", form);
    const live = await currentSession(c, parts);
    // Whoever was shown the secret had just shown who they are.
    if (!live || !(await secondFactors.apps.isEnrolling(live.session.sid, live.user.name)))
      return c.redirect(destinationOf(way), 303);
    const code = form.get("token") ?? "";
    if (!(await confirmApp(c, parts, live, code))) return c.html(await enrolment(c, live, way, true), 401);
    if (!(await raiseLevel(c, parts, live, totp))) return logInFirst(c, way, "account");
    return c.redirect(await afterEnrolment(parts, live.user, way), 303);
  });

  const enrolment = async (c: RequestContext, live: LiveSession, way: Way, wrong: boolean) => {
    const { name } = live.user;
    const { secret, uri } = await secondFactors.apps.enrol(live.session.sid, name);
    const replaces = (await secondFactors.apps.of(name)) !== undefined;
    const { digits } = config.totp;
    const site = siteOf(c, parts, wayAddress("/account/totp", onwardOf(way)));
    return totpEnrolmentPage({ site, secret, uri, digits, replaces, way: onwardOf(way), wrong });
  };

  app.post("/totp/remove", async (c) => {
    const live = await authenticated(c, wayTo(c, "/account"));
    if (live instanceof Response) return live;
    await removeApp(c, parts, live);
    return c.redirect("/account", 303);
  });

  app.get("/passkeys", async (c) => {
    if (!secondFactors.passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const way = wayTo(c, "/account/passkeys");
    const live = await authenticated(c, way);
    return live instanceof Response
      ? live
      : c.html(passkeyEnrolmentPage({ site: siteOf(c, parts), way: onwardOf(way) }));
  });

  app.post("/passkeys/remove", async (c) => {
    const id = (await readForm(c)).get("passkey") ?? "";
    const live = await authenticated(c, wayTo(c, "/account"));
    if (live instanceof Response) return live;
    await removePasskey(c, parts, live, id);
    return c.redirect("/account", 303);
  });

  app.get("/passkeys/rename", async (c) => {
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, wayTo(c, "/account"), "account");
    const own = await secondFactors.passkeys.of(live.user.name);
    const passkey = own.find(({ id }) => id === c.req.query("passkey"));
    return passkey
      ? c.html(passkeyRenamePage({ site: siteOf(c, parts), id: passkey.id, name: passkey.name }))
      : c.redirect("/account");
  });

  app.post("/passkeys/rename", async (c) => {
    const form = await readForm(c);
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, wayTo(c, "/account"), "account");
    const name = passkeyName.safeParse(form.get("name") ?? "");
    if (name.success) await secondFactors.passkeys.rename(live.user.name, form.get("passkey") ?? "", name.data);
    return c.redirect("/account", 303);
  });

  app.get("/recovery-codes", async (c) => {
    const way = wayTo(c, "/account/recovery-codes");
    const live = await authenticated(c, way);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const { recoveryCodes: current } = await secondFactors.of(live.user.name);
    return c.html(recoveryCodesPage({ site: siteOf(c, parts), way: onwardOf(way), ...(current && { current }) }));
  });

  app.post("/recovery-codes", async (c) => {
    const way = wayTo(c, "/account/recovery-codes", await readForm(c));
    const live = await authenticated(c, way);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const codes = await makeRecoveryCodes(c, parts, live);
    return c.html(newRecoveryCodesPage({ site: siteOf(c, parts), way: onwardOf(way), codes }));
  });

  app.post("/sessions/revoke", async (c) => {
    const sid = (await readForm(c)).get("session") ?? "";
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, wayTo(c, "/account"), "account");
    if (!(await sessions.belongsTo(sid, live.user.name))) return c.redirect("/account", 303);
    await sessions.end(sid);
    await recordAction(c, parts, live.user, { action: "session end", detail: { session: sid } });
    if (sid !== live.session.sid) return c.redirect("/account", 303);
    takeSession(c, parts);
    return c.redirect("/logout", 303);
  });

  app.post("/sessions/revoke-others", async (c) => {
    const live = await currentSession(c, parts);
    if (!live) return logInFirst(c, wayTo(c, "/account"), "account");
    const ended = await sessions.endOthersOf(live.user.name, live.session.sid);
    if (ended > 0) await recordAction(c, parts, live.user, { action: "session end", detail: { sessions: ended } });
    return c.redirect("/account", 303);
  });

  return app;
}

function onwardOf({ target, method }: Way): Way {
  return { method, ...(target && { target }) };
}
