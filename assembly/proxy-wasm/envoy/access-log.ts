// What the proxy's access log can say of a request, as properties of the stream: in Envoy filter state that
// `%FILTER_STATE(wasm.zerohop.user:PLAIN)%` and its kin show.
import { Writer } from "../../encoding/writer";
import { decision } from "../../core/current";
import { text } from "../../memory/text";
import { proxy_set_property } from "../abi/env";
import { isByRule, nameOfOutcome } from "../edge/metrics";

const USER = text("zerohop.user");
const RULE = text("zerohop.rule");
const OUTCOME = text("zerohop.outcome");

/** A rule's number in decimal. */
const ruleNumber: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Tells the proxy about the current request. */
export function logAccess(): void {
  const name = nameOfOutcome(decision.outcome);
  proxy_set_property(OUTCOME.at, OUTCOME.length, name.at, name.length);
  if (isByRule(decision.outcome)) {
    ruleNumber.begin(16);
    ruleNumber.integer(decision.ruleNumber);
    proxy_set_property(RULE.at, RULE.length, ruleNumber.at, ruleNumber.length);
  }
  const identity = decision.session;
  if (identity) proxy_set_property(USER.at, USER.length, identity.nameAt, identity.nameLength);
}
