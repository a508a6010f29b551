// What the proxy's access log can say of a request, as properties of the stream: in Envoy filter state that
// `%FILTER_STATE(wasm.zerohop.user:PLAIN)%` and its kin show.
import { beginWriting, writeInteger, writtenAt, writtenLength } from "../../core/answer/writer";
import { decision } from "../../core/current";
import { text } from "../../memory/text";
import { proxy_set_property } from "../abi/imports";
import { isByRule, nameOfOutcome } from "../edge/metrics";

const USER = text("zerohop.user");
const RULE = text("zerohop.rule");
const OUTCOME = text("zerohop.outcome");

/** Tells the proxy about the current request. */
export function logAccess(): void {
  const name = nameOfOutcome(decision.outcome);
  proxy_set_property(OUTCOME.at, OUTCOME.length, name.at, name.length);
  if (isByRule(decision.outcome)) {
    beginWriting(16);
    writeInteger(decision.ruleNumber);
    proxy_set_property(RULE.at, RULE.length, writtenAt, writtenLength);
  }
  const identity = decision.session;
  if (identity) proxy_set_property(USER.at, USER.length, identity.nameAt, identity.nameLength);
}
