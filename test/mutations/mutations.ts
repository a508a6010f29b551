// Mistakes that the core must not be able to make unnoticed: two statements swapped that look independent, the wrong one of two
// values, a reset left out. Each, made by itself, has to fail a test.

export interface Mutation {
  /** What would go wrong. */
  readonly harm: string;
  /** Below assembly/core. */
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** Whose gate shows it; Envoy's where it is not said. */
  readonly shell?: "nginx";
}

export const mutations: readonly Mutation[] = [
  {
    harm: "a cookie that proves nothing is taken for the session of the one before it",
    file: "session/verify.ts",
    find: "clear(changetype<usize>(proof), offsetof<Proof>());",
    replace: "",
  },
  {
    harm: "an anonymous visitor goes on with the session of the request before",
    file: "session/cookie-session.ts",
    find: "clear(changetype<usize>(found), offsetof<CookieSession>());",
    replace: "",
  },
  {
    harm: "a decision keeps what the one before it said",
    file: "decide/decide.ts",
    find: "clearDecision(decision);\n  if (!bundle)",
    replace: "if (!bundle)",
  },
  {
    harm: "of two people's sessions the first decides",
    file: "decide/decide.ts",
    find: "if (cookies.isAmbiguous) return refuse(decision, Refusal.Cookie);",
    replace: "",
  },
  {
    harm: "a client whose cookie is up to date gets a Set-Cookie because another candidate was superseded, or none although it was",
    file: "session/cookie-session.ts",
    find: "choose(found, session, proof.isSuperseded)",
    replace: "choose(found, session, found.isSuperseded)",
  },
  {
    harm: "a session of one cookie domain decides in another",
    file: "session/cookie-session.ts",
    find: "if (session && session.kept.domain == domain)",
    replace: "if (session)",
  },
  {
    harm: "a revoked session counts from its second request on, for it is remembered before it is looked up",
    file: "session/session.ts",
    find: "const domain = domainOf(origin, bundle.domains);",
    replace: "kept.epoch = bundle.epoch;\n  const domain = domainOf(origin, bundle.domains);\n  kept.domain = domain;",
  },
  {
    harm: "sessions are looked up among the revoked ones by their user",
    file: "session/session.ts",
    find: "isRevoked(bundle.revocations.sessions, idOf(kept), kept.idLength)",
    replace: "isRevoked(bundle.revocations.sessions, firstText(kept.person), kept.person.firstLength)",
  },
  {
    harm: "an admission outlives the bundle that it was given under",
    file: "session/session.ts",
    find: "if (kept.epoch == bundle.epoch) return true;",
    replace: "if (kept.epoch) return true;",
  },
  {
    harm: "a renewal puts another session in the place of the one asked about",
    file: "session/verify.ts",
    find: "  if (!equal(claimed.sessionIdAt, claimed.sessionIdLength, session.sessionIdAt, session.sessionIdLength)) return false;\n",
    replace: "",
  },
  {
    harm: "a token whose signature was not looked at counts",
    file: "session/verify.ts",
    find: "return verdict == Verdict.Signed ?",
    replace: "return verdict != Verdict.Forged ?",
  },
  {
    harm: "a session that the host has ended goes on",
    file: "decide/decide.ts",
    find: "if (lease >= Lease.Lost) decision.session = null;",
    replace: "if (lease == Lease.Silent) decision.session = null;",
  },
  {
    harm: "whoever has logged in by a password is judged as nobody",
    file: "decide/decide.ts",
    find: "return judge(decision, bundle.policy, request, plainTarget, known, now);",
    replace: "return judge(decision, bundle.policy, request, plainTarget, null, now);",
  },
  {
    harm: "the backend does not learn who logged in by a password, or learns who the cookie is",
    file: "decide/decide.ts",
    find: "  decision.session = known;\n  return judge",
    replace: "  return judge",
  },
  {
    harm: "a refused credential is asked about once more, and never answered",
    file: "decide/decide.ts",
    find: "if (isRefused(key, now)) return askLogin(decision, LoginReason.Credentials);",
    replace: "",
  },
  {
    harm: "an application's own credentials are taken for ours, and taken out",
    file: "decide/decide.ts",
    find: "      decision.credentialAt = 0;\n      decision.credentialLength = 0;\n    }\n  }\n  const outcome",
    replace: "    }\n  }\n  const outcome",
  },
  {
    harm: "a password meant for the gate reaches the application, where its rule has credentials of its own",
    file: "decide/edits.ts",
    find: "const isLeft = decision.basicUse == BasicUse.Off && decision.credentialAt == 0;",
    replace: "const isLeft = decision.basicUse == BasicUse.Off;",
  },
  {
    harm: "of two headers with credentials the wrong one is taken out",
    file: "decide/edits.ts",
    find: "const authorization = (taken & Basic.Authorization) != 0 && isOurs;",
    replace: "const authorization = (taken & Basic.ProxyAuthorization) != 0 && isOurs;",
  },
  {
    harm: "the portal loses the session cookie",
    file: "decide/edits.ts",
    find: "const isDecided = decision.outcome == Outcome.Allow;",
    replace: "const isDecided = true;",
    shell: "nginx",
  },
  {
    harm: "the backend takes the display name for the user",
    file: "decide/edits.ts",
    find: "addPart(REMOTE_USER, identity, IdentityPart.User, carryOut)",
    replace: "addPart(REMOTE_USER, identity, IdentityPart.Name, carryOut)",
  },
  {
    harm: "an escaped slash is a separator to nobody but those who decode it",
    file: "url/path.ts",
    find: "if (kind == Separator.Escaped) found |= Reading.KeepsSlashes;",
    replace: "",
  },
  {
    harm: "slashes that follow each other are merged by nobody",
    file: "url/path.ts",
    find: "          found |= Reading.MergesSlashes;\n",
    replace: "",
  },
  {
    harm: "what is cut off never reaches beyond its segment",
    file: "url/path.ts",
    find: "        if (parameters) found |= Reading.CutsRest;\n",
    replace: "",
  },
  {
    harm: "a path's other readings are judged by its plain one",
    file: "decide/judge.ts",
    find: "judgeReading(otherJudgement, policy, otherTarget, identity, now)",
    replace: "judgeReading(otherJudgement, policy, target, identity, now)",
  },
  {
    harm: "the rule that is reported is that of another reading",
    file: "decide/judge.ts",
    find: "judgeReading(otherJudgement, policy, otherTarget, identity, now)",
    replace: "judgeReading(judgement, policy, otherTarget, identity, now)",
  },
  {
    harm: "an unknown address of the request before refuses this one",
    file: "policy/client.ts",
    find: "  client.isMissed = false;\n",
    replace: "",
  },
  {
    harm: "a client whose address is not known is refused for a rule that is not about the request",
    file: "policy/match.ts",
    find: "  if (rule.networks && isPlaced && !networksHold(rule, target)) return Criterion.Networks;",
    replace: "  if (rule.networks && !networksHold(rule, target)) return Criterion.Networks;",
  },
  {
    harm: "a session that has ended refuses another one whose cookie came before",
    file: "session/cookie-session.ts",
    find: "} else if (!next.kept.hasEnded) {",
    replace: "} else {",
  },
  {
    harm: "forgeries in several lines cost a request more signatures than in one",
    file: "session/cookie-session.ts",
    find: "if (!line.hasFirst || found.signatures >= MAX_SIGNATURES) return;",
    replace: "if (!line.hasFirst) return;",
  },
  {
    harm: "of two cookie domains the wider one counts",
    file: "bundle/cookie-domain.ts",
    find: "domain.domainLength > found.domainLength",
    replace: "domain.domainLength < found.domainLength",
  },
  {
    harm: "a client is judged by the address of the request before",
    file: "policy/client.ts",
    find: "  client.wasAsked = false;\n",
    replace: "",
  },
  {
    harm: "a token that shares half of its digest with another's is taken for that",
    file: "session/cache.ts",
    find: "((kept.digestHead ^ head) | (kept.digestTail ^ tail)) == 0",
    replace: "<u32>kept.digestTail == <u32>tail",
  },
  {
    harm: "a session that was forgotten is found, with what has come in its place",
    file: "session/cache.ts",
    find: "kept != null && kept.number != 0 &&",
    replace: "kept != null &&",
  },
  {
    harm: "what sessions share is given back while one that was found in the same request still has it",
    file: "session/cache.ts",
    find: "if (cache.begunIn != callbacks) beginSegment(",
    replace: "beginSegment(",
  },
  {
    harm: "two people whose names are equally long are one",
    file: "session/shared-texts.ts",
    find: "if (texts.hash != hash || !isSame(contentOf(texts), contentOf(draft), length)) continue;",
    replace: "if (texts.firstLength != draft.firstLength) continue;",
  },
  {
    harm: "what sessions share is kept for ever, and one day there is room for nobody",
    file: "session/cache.ts",
    find: "releaseAll(keptIn(segment, i));",
    replace: "{}",
  },
  {
    harm: "a client gets the cookie of somebody else, which has come in the place of theirs",
    file: "session/cookies.ts",
    find: "if (position == 0 || ring.written - (position - 1) > ring.bytes) return 0;",
    replace: "if (position == 0) return 0;",
  },
];
