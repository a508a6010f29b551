// Every section of the config file, in the order of docs/configuration.md.
import { auditSection } from "../../audit/config.ts";
import { portalSection } from "../../features/branding/config.ts";
import { elevationSection } from "../../features/elevation/config.ts";
import { metricsSection } from "../../features/metrics/config.ts";
import { passwordChangeSection } from "../../features/password-change/config.ts";
import { passwordResetSection } from "../../features/password-reset/config.ts";
import { providersSection } from "../../features/providers/config.ts";
import { factorSections } from "../../features/second-factor/factors.ts";
import { gateSection } from "../../gates/edge/config.ts";
import { serverSection } from "../../http/config.ts";
import { usersSection } from "../../identity/config.ts";
import { passwordPolicySection } from "../../identity/password-policy/config.ts";
import { regulationSection } from "../../identity/regulation/config.ts";
import { schemaOf } from "../../kit/config/section.ts";
import { storageSection } from "../../kit/sql/config.ts";
import { notifierSection } from "../../notify/config.ts";
import { policySection } from "../../policy/config.ts";
import { sessionSection } from "../../session/config.ts";
import { logSection } from "./log.ts";

/** By what the host calls each. */
export const sections = {
  server: serverSection,
  log: logSection,
  storage: storageSection,
  session: sessionSection,
  gate: gateSection,
  authenticationBackend: usersSection,
  providers: providersSection,
  passwordChange: passwordChangeSection,
  passwordReset: passwordResetSection,
  passwordPolicy: passwordPolicySection,
  elevation: elevationSection,
  ...factorSections,
  portal: portalSection,
  regulation: regulationSection,
  notifier: notifierSection,
  audit: auditSection,
  metrics: metricsSection,
  accessControl: policySection,
};

/** Every key of the config file. */
export const schema = schemaOf(Object.values(sections));
