// Several `proxy_wasm` lines of one module: one gate serves them all. A line that can't be served is refused by itself, for a
// configuration that the filter does not accept takes all of nginx down.
import { describe, expect, test } from "vitest";
import { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import type { Claims } from "../../../workshop/gate/tokens.ts";
import { bundle, NOW, pollingConfiguration, rootKey, sessionKey } from "../gate.ts";
import { gateFile, hostAddress, publish } from "./gate.ts";

const url = "https://public.example.com/";
const configured = (changed: Claims = {}) => pollingConfiguration({ host_cluster: hostAddress, ...changed });

/** A worker with a line for each configuration, which has its bundle where there is a host to give it. */
function start(...configuration: (string | object)[]): NginxProcess {
  const nginx = new NginxProcess({ filter: gateFile, now: NOW * 1000, configuration });
  nginx.advance(100);
  if (nginx.calls.length > 0) publish(nginx, {});
  return nginx;
}

const statuses = (nginx: NginxProcess, lines = 2) =>
  Array.from({ length: lines }, (_, line) => nginx.request({ url, line, connection: 100 + line }).status);
const complaints = ({ log }: NginxProcess) => log.filter((line) => line.startsWith("critical"));

describe("a second line", () => {
  const { kid, x } = rootKey;
  const other = { kid: sessionKey.kid, x: sessionKey.x };
  const same: Readonly<Record<string, string | object>> = {
    "the same configuration": configured(),
    "another edge token, for each call of `zerohop gate config` makes one": configured({ edge_token: "zhe_another" }),
    "the same keys, written otherwise": JSON.stringify(
      configured({ root_keys: [{ x, crv: "Ed25519", kid }] }),
      null,
      2,
    ),
    "its members in another order": Object.fromEntries(Object.entries(configured()).reverse()),
  };
  const different: Readonly<Record<string, string | object>> = {
    "another host's keys": configured({ root_keys: [other] }),
    "one key more": configured({ root_keys: [{ kid, x }, other] }),
    "the key under another name": configured({ root_keys: [{ kid: "another", x }] }),
    "proxies whose word is believed": configured({ trusted_proxies: ["10.0.0.0/8"] }),
    "another age of bundles": configured({ max_stale: 0 }),
    "a bundle of its own": { bundle: bundle() },
    "what is no configuration": "{",
    nothing: "",
    "an unknown key": configured({ unknown: 1 }),
  };

  test.each(Object.entries(same))("with %s is served", (_, configuration) => {
    const nginx = start(configured(), configuration);
    expect([statuses(nginx), complaints(nginx), nginx.traps]).toEqual([[200, 200], [], []]);
  });

  test.each(Object.entries(different))(
    "with %s answers 503 by itself, and the first one goes on",
    (_, configuration) => {
      const nginx = start(configured(), configuration);
      expect([statuses(nginx), complaints(nginx).length, nginx.traps]).toEqual([[200, 503], 1, []]);
    },
  );
});

test("a line that can't be used answers 503, whichever comes first, and the other is served", () => {
  for (const broken of ["{", "", JSON.stringify(configured({ host_cluster: "localhost:9091" }))]) {
    expect(statuses(start(broken, configured()))).toEqual([503, 200]);
    expect(statuses(start(broken, broken))).toEqual([503, 503]);
    expect(statuses(start(broken))[0]).toBe(503);
  }
});

test("a hundred lines that can't be used leave nginx alone, and none of them lets anybody in", () => {
  const broken = Array.from({ length: 100 }, (_, i) => configured({ max_stale: i + 1 }));
  const nginx = start(configured(), ...broken);
  expect(new Set(statuses(nginx, 101))).toEqual(new Set([503]));
});

test("a refused line lets nobody in by the number of a context that was made for another", () => {
  const nginx = start(configured(), configured({ max_stale: 1 }));
  const first = nginx.request({ url, line: 0, connection: 5 });
  const second = nginx.request({ url, line: 1, connection: 5 });
  expect([first.status, second.status]).toEqual([200, 503]);
  nginx.finish(first);
  expect(nginx.request({ url, line: 1, connection: 5 }).status).toBe(503);
  expect(nginx.request({ url, line: 0, connection: 6 }).status).toBe(200);
});
