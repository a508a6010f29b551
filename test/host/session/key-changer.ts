// A program that changes the encryption key of a database, and kills itself at the value of a number:
// `key-changer.ts CONFIG OLD NEW NUMBER`. It says on stdout when it begins and when it is done.

import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../../../host/kit/encryption/store.ts";
import { openDatabase } from "../../../host/kit/sql/open.ts";

flushCompileCache();
const [config = "", before = "", after = "", last = ""] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(config));
const encryption = await KeyEncryption.open(new EncryptionStore(database), before);
let left = Number(last);
const { seal } = KeyEncryption.prototype;
KeyEncryption.prototype.seal = function (...args) {
  if (left-- === 0) process.kill(process.pid, "SIGKILL");
  return seal.apply(this, args);
};
writeSync(1, "changing\n");
await encryption.change(after);
writeSync(1, "changed\n");
await database.close();
