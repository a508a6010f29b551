// What is usual on each kind of server. The filters and names are Authelia's where it has the kind.

export const implementations = [
  "openldap",
  "rfc2307bis",
  "freeipa",
  "lldap",
  "activedirectory",
  "glauth",
  "custom",
] as const;
export type Implementation = (typeof implementations)[number];

export interface AttributeNames {
  readonly username: string;
  readonly displayName: string;
  readonly mail: string;
  readonly groupName: string;
  readonly memberOf: string;
}

export interface Preset {
  readonly attributes: AttributeNames;
  readonly usersFilter: string;
  readonly groupsFilter: string;
  readonly additionalUsersDn: string;
  readonly additionalGroupsDn: string;
}

const byNameOrMail = "(|({username_attribute}={input})({mail_attribute}={input}))";

const openldap: Preset = {
  attributes: { username: "uid", displayName: "displayName", mail: "mail", groupName: "cn", memberOf: "memberOf" },
  usersFilter: `(&${byNameOrMail}(|(objectClass=inetOrgPerson)(objectClass=organizationalPerson)))`,
  groupsFilter:
    "(&(|(member={dn})(uniqueMember={dn}))(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)))",
  additionalUsersDn: "",
  additionalGroupsDn: "",
};

/** A custom server has the defaults of none: its filters have to be given. */
export const presets: Readonly<Record<Exclude<Implementation, "custom">, Preset>> = {
  openldap,
  rfc2307bis: openldap,
  freeipa: {
    ...openldap,
    usersFilter: `(&${byNameOrMail}(objectClass=person))`,
    groupsFilter: "(&(member={dn})(objectClass=groupOfNames))",
  },
  lldap: {
    ...openldap,
    attributes: { ...openldap.attributes, displayName: "cn" },
    usersFilter: `(&${byNameOrMail}(objectClass=person))`,
    groupsFilter: "(&(member={dn})(objectClass=groupOfUniqueNames))",
    additionalUsersDn: "ou=people",
    additionalGroupsDn: "ou=groups",
  },
  activedirectory: {
    ...openldap,
    attributes: { ...openldap.attributes, username: "sAMAccountName" },
    usersFilter: `(&${byNameOrMail}(sAMAccountType=805306368))`,
    groupsFilter: "(&(member={dn})(|(sAMAccountType=268435456)(sAMAccountType=536870912)))",
  },
  glauth: {
    ...openldap,
    attributes: { ...openldap.attributes, username: "cn", displayName: "description" },
    usersFilter: `(&${byNameOrMail}(objectClass=posixAccount)(!(accountStatus=inactive)))`,
    groupsFilter: "(&(uniqueMember={dn})(objectClass=posixGroup))",
  },
};
