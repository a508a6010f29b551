import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { amrBit } from "../../../../assembly/core/policy/amr";
import { length, placeBytes } from "../../memory/placed";

function bit(reference: string): u32 {
  const at = placeBytes(reference);
  return amrBit(at, length);
}

describe("an authentication method reference", () => {
  test("of RFC 8176 has a bit of its own", () => {
    const names = "face fpt geo hwk iris kba mca mfa otp pin pop pwd rba retina sc sms swk tel user vbm wia".split(" ");
    let bits: u32 = 0;
    for (let i = 0; i < names.length; i++) bits |= bit(names[i]);
    expect(popcnt(bits)).toBe(21);
  });

  test("that is not registered has none", () => {
    const names: string[] = ["", "PWD", "password", "hwk ", "webauthn", "pw"];
    for (let i = 0; i < names.length; i++) expect(bit(names[i])).toBe(0);
  });
});
