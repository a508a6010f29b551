// The people of the table: the demo's two, one who is in no group, one who is in eighty, and one who is in five hundred.
import { demoPeople, type Person } from "../host/users.ts";

/** With these a session's token comes close to the 4,096 bytes that browsers keep of a cookie. */
const manyGroups = Array.from({ length: 80 }, (_, i) => `department-of-applications-${String(i).padStart(2, "0")}`);

/** No cookie holds these. */
const moreGroups = Array.from(
  { length: 500 },
  (_, i) => `team-of-many-people-with-a-long-name-${String(i).padStart(4, "0")}`,
);

export const people: Readonly<Record<string, Person>> = {
  alice: { ...demoPeople.alice, displayname: "alice" },
  bob: { ...demoPeople.bob, displayname: "bob" },
  carol: { displayname: "carol", groups: [] },
  dora: { displayname: "dora", email: "dora@example.com", groups: manyGroups },
  mona: { displayname: "mona", email: "mona@example.com", groups: moreGroups },
};
