// A program that changes the encryption key of a database, and kills itself at the value of a number:
// `key-changer.ts CONFIG OLD NEW NUMBER`. It says on stdout when it begins and when it is done.
import { writeSync } from "node:fs";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { openStore } from "../../../host/kit/sql/open.ts";

const [config = "", before = "", after = "", last = ""] = process.argv.slice(2);
const store = await openStore(JSON.parse(config));
const encryption = await KeyEncryption.open(store, before);
let left = Number(last);
const { seal } = KeyEncryption.prototype;
KeyEncryption.prototype.seal = function (...args) {
  if (left-- === 0) process.kill(process.pid, "SIGKILL");
  return seal.apply(this, args);
};
writeSync(1, "changing\n");
await encryption.change(after);
writeSync(1, "changed\n");
await store.close();
