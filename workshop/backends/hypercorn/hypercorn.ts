// Hypercorn, an application server in Python that takes upgrades to HTTP/2 in the clear by default.
import { join } from "node:path";
import { freePort, isListening } from "../../processes/ports.ts";
import { type Program, startProgram } from "../../processes/program.ts";
import type { Needed } from "../../programs/on-path.ts";
import { pythonFor, pythonPackages } from "../../programs/python-packages.ts";
import { until } from "../../waiting.ts";

const version = "0.18.0";

/** Hypercorn and all it needs. */
const requirements = `
hypercorn==${version} --hash=sha256:225e268f2c1c2f28f6d8f6db8f40cb8c992963610c5725e13ccfcddccb24b1cd
h11==0.16.0 --hash=sha256:63cf8bbe7522de3bf65932fda1d9c2772064ffb3dae62d55932da54b31cb6c86
h2==4.4.1 --hash=sha256:0e25f1462b23c9cb82d9eb02e28bc706dac2a68cb457c6a0d74d63c8a2a5d0e6
hpack==4.2.0 --hash=sha256:858ac0b02280fa582b5080d68db0899c62a80375e0e5413a74970c5e518b6986
hyperframe==6.1.0 --hash=sha256:b03380493a519fce58ea5af42e4a42317bf9bd425596f7a0835ffce80f1a42e5
priority==2.0.0 --hash=sha256:6f8eefce5f3ad59baf2c080a664037bb4725cd0a790d53d59ab4059288faf6aa
wsproto==1.3.2 --hash=sha256:61eea322cdf56e8cc904bd3ad7573359a242ba65688716b0710a5eb12beab584
`;

/** The folder of its packages; fetched when there is none. */
export function hypercorn(): Promise<Needed> {
  return pythonPackages({ name: "hypercorn", version, requirements });
}

export interface HypercornApplication extends AsyncDisposable {
  readonly port: number;
}

/** Starts application.py with the packages in `packages`, and waits until it listens; its log goes to `log`. */
export async function startHypercorn(packages: string, log: string): Promise<HypercornApplication> {
  const port = await freePort();
  const script = join(import.meta.dirname, "application.py");
  const python = await pythonFor("hypercorn");
  const program: Program = startProgram("hypercorn", python, [script, packages, String(port)], log);
  await until(() => isListening(port), { running: [program] });
  return { port, [Symbol.asyncDispose]: () => program.stop() };
}
