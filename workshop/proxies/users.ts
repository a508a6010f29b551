// The people of the table: the demo's two, one who is in no group, and one who is in eighty.
import { demoPeople, type Person } from "../host/users.ts";

/** With these a session's token comes close to the 4,096 bytes that browsers keep of a cookie. */
const manyGroups = Array.from({ length: 80 }, (_, i) => `department-of-applications-${String(i).padStart(2, "0")}`);

export const people: Readonly<Record<string, Person>> = {
  alice: { ...demoPeople.alice, displayname: "alice" },
  bob: { ...demoPeople.bob, displayname: "bob" },
  carol: { displayname: "carol", groups: [] },
  dora: { displayname: "dora", email: "dora@example.com", groups: manyGroups },
};
