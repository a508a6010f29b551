// What a policy says of a request, in every reading of its path.
import { Identity } from "../identity";
import { firstMatch } from "../policy/match";
import { Policy } from "../policy/policy";
import { Access, BasicUse, Rule } from "../policy/rule";
import { Target } from "../policy/target";
import { Refusal } from "../refusal";
import { Request } from "../request";
import { Path, readPath, Reading } from "../url/path";
import { askLogin, clearJudgement, Judgement, LoginReason, Outcome, refuse } from "./decision";

/** A further reading of the request's path, and what the policy says of that one. */
const otherTarget: Target = changetype<Target>(memory.data(offsetof<Target>(), 8));
const otherPath: Path = changetype<Path>(memory.data(offsetof<Path>(), 8));
const otherJudgement: Judgement = changetype<Judgement>(memory.data(offsetof<Judgement>(), 8));

/**
 * Judges a request by the policy alone, `target` being the plain reading of it. Where its path has further readings, all must come
 * to the same outcome, or it is refused; the rule reported is the one of the plain reading.
 */
export function judge(
  judgement: Judgement,
  policy: Policy,
  request: Request,
  target: Target,
  identity: Identity | null,
  now: i64,
): Outcome {
  const outcome = judgeReading(judgement, policy, target, identity, now);
  if (outcome == Outcome.Refuse) return outcome;
  const departures = target.path.departures;
  for (let reading = departures; reading != Reading.Plain; reading = (reading - 1) & departures) {
    const unreadable = readPath(request.pathAt, request.pathLength, reading, otherPath);
    if (unreadable != Refusal.None) return refuse(judgement, Refusal.PathReadings);
    otherTarget.host = target.host;
    otherTarget.client = target.client;
    otherTarget.method = target.method;
    otherTarget.path = otherPath;
    const other = judgeReading(otherJudgement, policy, otherTarget, identity, now);
    if (other != outcome) return refuse(judgement, Refusal.PathReadings);
  }
  return outcome;
}

/** Judges one reading of a request alone. */
export function judgeReading(
  judgement: Judgement,
  policy: Policy,
  target: Target,
  identity: Identity | null,
  now: i64,
): Outcome {
  clearJudgement(judgement);
  const rule = firstMatch(policy, target, identity);
  if (target.client.isMissed) return refuse(judgement, Refusal.ClientAddress);
  if (identity && identity.isMissed) return refuse(judgement, Refusal.Groups);
  judgement.access = rule ? rule.access : policy.defaultAccess;
  judgement.ruleNumber = rule ? rule.number : 0;
  judgement.basicUse = rule ? rule.basic : BasicUse.Allow;
  judgement.outcome = Outcome.Allow;
  if (judgement.access == Access.Bypass) return Outcome.Allow;
  if (judgement.access == Access.Deny) {
    if (!identity && rule && rule.hasSubject) return askLogin(judgement, LoginReason.Anonymous);
    judgement.outcome = Outcome.Deny;
    return Outcome.Deny;
  }
  const missing = missingForRule(judgement.access, rule, identity, now);
  return missing == LoginReason.None ? Outcome.Allow : askLogin(judgement, missing);
}

/** What the identity lacks for a rule that wants one or two factors. */
function missingForRule(access: Access, rule: Rule | null, identity: Identity | null, now: i64): LoginReason {
  if (!identity) return LoginReason.Anonymous;
  if (access == Access.TwoFactor && identity.level < 2) return LoginReason.Level;
  if (!rule) return LoginReason.None;
  if (rule.amr && !(rule.amr & identity.amr)) return LoginReason.Method;
  return rule.maxAge >= 0 && now - identity.authTime > rule.maxAge ? LoginReason.Age : LoginReason.None;
}
