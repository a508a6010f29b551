// A new encryption key for the database: from a file, from the environment, or from a person; never from an argument, which
// others on the machine can read.
import { readSecretFile } from "../kit/config/secrets.ts";
import { refuseTemplate } from "../kit/config/templates.ts";
import { usage } from "../kit/errors.ts";
import { parseEncryptionKey } from "../kit/sql/config.ts";
import { Mistake } from "../kit/yaml/schema.ts";
import { textOption } from "./command.ts";
import { askHidden } from "./prompt.ts";

const variable = "ZEROHOP_NEW_STORAGE_ENCRYPTION_KEY";

export const newKeyFileOption = textOption(
  "FILE",
  `the file with the new key; without it ${variable} or ${variable}_FILE of the environment count`,
);

/** From the one place that has it; `file`: what the option says. Throws HostError "usage". */
export async function newEncryptionKey(file: string | undefined): Promise<string> {
  const { [variable]: value, [`${variable}_FILE`]: variableFile } = process.env;
  const given = [
    ...(file === undefined ? [] : [{ name: "--new-key-file", read: () => readSecretFile(".", file) }]),
    // An empty variable counts as absent, as it does for the config.
    ...(value ? [{ name: variable, read: () => value }] : []),
    ...(variableFile ? [{ name: `${variable}_FILE`, read: () => readSecretFile(".", variableFile) }] : []),
  ];
  const [source, other] = given;
  if (other) throw usage(`the new key is given twice: by ${source!.name} and by ${other.name}`);
  try {
    const key = parseEncryptionKey(source ? source.read() : await ask());
    refuseTemplate(key);
    return key;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw usage(`the new key ${error.message}`);
  }
}

async function ask(): Promise<string> {
  if (!process.stdin.isTTY)
    throw usage(`there is no terminal to ask for the new key on; use --new-key-file or ${variable}`);
  const key = await askHidden("New encryption key: ");
  if ((await askHidden("Once more: ")) !== key) throw usage("the two keys differ");
  return key;
}
