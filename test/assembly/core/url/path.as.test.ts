import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Refusal } from "../../../../assembly/core/refusal";
import { Path, readPath, Reading } from "../../../../assembly/core/url/path";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const path: Path = changetype<Path>(memory.data(offsetof<Path>(), 8));

/** What rules match, or `refused: ` and the code. */
function read(target: string, reading: Reading = Reading.Plain): string {
  const at = placeBytes(target);
  const refusal = readPath(at, length, reading, path);
  if (refusal != Refusal.None) return "refused: " + (<i32>refusal).toString();
  return bytesAt(path.resourceAt, path.resourceLength);
}

function refused(refusal: Refusal): string {
  return "refused: " + (<i32>refusal).toString();
}

function expectRefused(targets: string[], refusal: Refusal): void {
  for (let i = 0; i < targets.length; i++) {
    const outcome = read(targets[i]);
    if (outcome != refused(refusal)) throw new Error(targets[i] + " is read as " + outcome);
  }
}

describe("the canonical path", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is the path as sent where nothing in it could be read in another way", () => {
    const targets: string[] = [
      "/",
      "/a",
      "/a/",
      "/a/b.c/d-e_f~g",
      "/a/.b",
      "/a/...",
      "/.well-known/x",
      "/a:b@c!$&'()*+,=",
    ];
    for (let i = 0; i < targets.length; i++) {
      expect(read(targets[i])).toBe(targets[i]);
      expect(<u32>path.departures).toBe(0);
      expect(path.pathLength).toBe(targets[i].length);
    }
  });

  test("keeps a query behind it as sent, and has none for an empty query", () => {
    expect(read("/a?b=%2F../c?d")).toBe("/a?b=%2F../c?d");
    expect(path.pathLength).toBe(2);
    expect(bytesAt(path.queryAt, path.queryLength)).toBe("b=%2F../c?d");
    expect(read("/%61?b")).toBe("/a?b");
    expect(bytesAt(path.queryAt, path.queryLength)).toBe("b");
    expect(read("/a?")).toBe("/a");
    expect(read("/%61?")).toBe("/a");
  });

  test("has every escape decoded once", () => {
    expect(read("/%68e%61lth%2e%7e")).toBe("/hea" + "lth.~");
    expect(read("/a%20b")).toBe("/a b");
    expect(read("/caf%C3%A9")).toBe("/caf\xc3\xa9");
    expect(read("/caf\xc3\xa9")).toBe("/caf\xc3\xa9");
    expect(read("/50%25")).toBe("/50%");
    expect(read("/50%25-off")).toBe("/50%-off");
  });

  test("must begin with a slash", () => {
    expectRefused(["", "a", "*", "?a", "%2fa", "https://a/b", "\\a"], Refusal.Path);
  });

  test("may not have an escape that is cut short or not hexadecimal", () => {
    expectRefused(["/%", "/%6", "/%zz", "/%6g", "/a%", "/%%41", "/%u0041", "/%?41"], Refusal.PathEscape);
  });

  test("may not have an escape left in it that would decode again to what separates or ends something, or to an escape", () => {
    expectRefused(
      [
        "/%252e",
        "/%252F",
        "/a/%252Fb",
        "/a%252F",
        "/a%252F.b",
        "/..%252Fb",
        "/a%252F%252Fb",
        "/a%252F/b",
        "/%25%32%65",
        "/%253B",
        "/%25252e",
        "/%255c",
        "/%2500",
        "/%253f",
        "/%2523",
        "/%25%32%35",
      ],
      Refusal.PathEscape,
    );
    expectRefused(["/%2541%23", "/a%3Fb%2541", "/a%252Fb;c", "/a%2Fb%252F%2541", "/a%252Fb%23"], Refusal.PathEscape);
  });

  test("may not have a backslash, or anything that becomes another host's path", () => {
    expectRefused(["/a\\b", "//", "//a", "/%2F", "/%2fa/b", "/%5Ca", "/%2F%2Fa"], Refusal.PathSeparator);
    expectRefused(["/;a/b", "/;/", "/a/;b/c", "/%3Ba/b", "/a%2F;b/c", "/a//;b/c"], Refusal.PathSeparator);
  });

  test("may not have a dot segment, encoded, with parameters or last", () => {
    expectRefused(["/.", "/..", "/a/.", "/a/..", "/a/../b", "/a/./b", "/..?a"], Refusal.PathDotSegment);
    expectRefused(["/%2e", "/%2E%2e/a", "/.%2e/a", "/a/%2e/b"], Refusal.PathDotSegment);
    expectRefused(["/a/..;/b", "/a/..;x=y", "/a/.;/b", "/a/..%3b/b", "/%2e%2e;a/b"], Refusal.PathDotSegment);
    expectRefused(["/a/..%23", "/a/..%3Fb/c", "/.%23x"], Refusal.PathDotSegment);
    expectRefused(
      ["/a%2F..%2Fb", "/a/..%2fb", "/%2e%2e%2fb", "/..%2Fb", "/a%2F..", "/a%2f.%2fb"],
      Refusal.PathDotSegment,
    );
    expectRefused(
      ["/a%5C..%5Cb", "/a/..%5cb", "/a%5C..", "/a%2F..;x/b", "/a//../b", "/a%2F%2e%2E/b"],
      Refusal.PathDotSegment,
    );
  });

  test("may not have control characters, spaces or a fragment", () => {
    expectRefused(
      ["/a b", "/a\tb", "/a\0", "/a\x7f", "/a#b", "/%00", "/%0a", "/%0D", "/%7f", "/%1f"],
      Refusal.PathControl,
    );
    expectRefused(["/a?b c", "/a?b#c", "/a?\n", "/%61?\0"], Refusal.PathControl);
  });

  test("must be UTF-8 in its shortest form", () => {
    expectRefused(
      ["/%ff", "/%c0%af", "/%e0%80%af", "/%ed%a0%80", "/%f4%90%80%80", "/%c3", "/\xff", "/%c3/a"],
      Refusal.PathUtf8,
    );
    expectRefused(["/%80", "/%f0%80%80%af", "/%f8%88%80%80%80", "/%e2%82"], Refusal.PathUtf8);
  });
});

describe("another reading of a path", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is asked for only where it would differ", () => {
    read("/a;b");
    expect(<u32>path.departures).toBe(Reading.CutsParameters);
    read("/a%3Bb");
    expect(<u32>path.departures).toBe(Reading.CutsEscapedParameters);
    read("/a;b/c");
    expect(<u32>path.departures).toBe(Reading.CutsParameters | Reading.CutsRest);
    read("/a%3Fb");
    expect(<u32>path.departures).toBe(Reading.KeepsDelimiters | Reading.SplitsLate);
    read("/a%23b/c;d");
    expect(<u32>path.departures).toBe(Reading.KeepsDelimiters | Reading.SplitsLate | Reading.CutsParameters);
    read("/%61/b%20c?d;e%3f%2F%5C//");
    expect(<u32>path.departures).toBe(0);
    read("/a%2Fb");
    expect(<u32>path.departures).toBe(Reading.KeepsSlashes);
    read("/a/%2F/b");
    expect(<u32>path.departures).toBe(Reading.KeepsSlashes | Reading.MergesSlashes);
    read("/a%5Cb");
    expect(<u32>path.departures).toBe(Reading.KeepsBackslashes | Reading.SeparatesByBackslash);
    read("/a//b");
    expect(<u32>path.departures).toBe(Reading.MergesSlashes);
    read("/a%2520b");
    expect(<u32>path.departures).toBe(Reading.DecodesTwice);
  });

  test("has an escaped slash as a separator or as data, and slashes that follow each other as one", () => {
    expect(read("/api/v4/projects/group%2fproject")).toBe("/api/v4/projects/group/project");
    expect(read("/api/v4/projects/group%2fproject", Reading.KeepsSlashes)).toBe("/api/v4/projects/group%2Fproject");
    expect(read("/api/queues/%2F/name")).toBe("/api/queues///name");
    expect(read("/api/queues/%2F/name", Reading.MergesSlashes)).toBe("/api/queues/name");
    expect(read("/api/queues/%2F/name", Reading.KeepsSlashes)).toBe("/api/queues/%2F/name");
    expect(read("/api/vhosts/%2F?a=%2F", Reading.MergesSlashes)).toBe("/api/vhosts/?a=%2F");
    expect(read("/a//b///c/", Reading.MergesSlashes)).toBe("/a/b/c/");
    expect(read("/C%23/a%2Fb", Reading.KeepsDelimiters | Reading.KeepsSlashes)).toBe("/C%23/a%2Fb");
    expect(read("/a%3Fb%2Fc", Reading.SplitsLate)).toBe("/a?b/c");
    expect(read("/a%3Fb%2Fc", Reading.SplitsLate | Reading.KeepsSlashes)).toBe("/a?b%2Fc");
  });

  test("has an escaped backslash as itself, as a separator or as data", () => {
    expect(read("/DOMAIN%5Cuser")).toBe("/DOMAIN\\user");
    expect(read("/DOMAIN%5cuser", Reading.KeepsBackslashes)).toBe("/DOMAIN%5Cuser");
    expect(read("/DOMAIN%5Cuser", Reading.SeparatesByBackslash)).toBe("/DOMAIN/user");
    expect(read("/a/%5C%5Chost%5Cb", Reading.SeparatesByBackslash | Reading.MergesSlashes)).toBe("/a/host/b");
  });

  test("has an escape that is left after decoding as it is, or decoded as well", () => {
    expect(read("/My%2520File%25C3%25A9")).toBe("/My%20File%C3%A9");
    expect(read("/My%2520File%25C3%25A9", Reading.DecodesTwice)).toBe("/My File\xc3\xa9");
    expect(read("/%2561dmin%2Fx", Reading.DecodesTwice | Reading.KeepsSlashes)).toBe("/admin%2Fx");
    read("/job/a%252Fb/");
    expect(<u32>path.departures).toBe(Reading.DecodesTwice | Reading.KeepsSlashes);
    expect(read("/job/a%252Fb/")).toBe("/job/a%2Fb/");
    expect(read("/job/a%252Fb/", Reading.DecodesTwice)).toBe("/job/a/b/");
    expect(read("/a%252F%2562", Reading.DecodesTwice | Reading.KeepsSlashes)).toBe("/a%2Fb");
    expect(read("/%25%2541", Reading.DecodesTwice)).toBe("/%A");
    expect(read("/%25%25%33%34%31", Reading.DecodesTwice)).toBe(refused(Refusal.PathEscape));
  });

  test("is not sought where more ambiguities than four come together, or their order counts", () => {
    expectRefused(["/a%3Fb;c%5Cd", "/a%23b%2Fc%5Cd", "/a;b/c%2Fd%2F%2Fe%5Cf"], Refusal.PathReadings);
    expectRefused(["/a;b%2Fc", "/a;b%5Cc", "/a%3Bb%2Fc"], Refusal.PathReadings);
    expectRefused(["/a//b/%2Fc", "/a//%2Fb", "/a/%2F%5Cb", "/a//b%5C/c"], Refusal.PathReadings);
    expect(read("/a;b/c%2Fd%2F%2Fe")).toBe("/a;b/c/d//e");
  });

  test("without parameters ends each segment at its semicolon", () => {
    expect(read("/a;x=1/b;y/c;?q", Reading.CutsParameters)).toBe("/a/b/c?q");
    expect(read("/a;x;y/", Reading.CutsParameters)).toBe("/a/");
    expect(read("/;jsessionid=1?q", Reading.CutsParameters)).toBe("/?q");
    expect(read("/a/;x", Reading.CutsParameters)).toBe("/a/");
    expect(read("/a;x=1/b;y/c?q", Reading.CutsParameters | Reading.CutsRest)).toBe("/a?q");
    expect(read("/a%3Bx/b;y/c", Reading.CutsParameters | Reading.CutsRest)).toBe("/a;x/b");
    expect(read("/a%3Bx;y/b", Reading.CutsParameters)).toBe("/a;x/b");
    expect(read("/a%3Bx;y/b", Reading.CutsEscapedParameters)).toBe("/a/b");
    expect(read("/a;x%3By/b", Reading.CutsEscapedParameters)).toBe("/a;x/b");
    expect(read("/a;x%3By/b", Reading.CutsEscapedParameters | Reading.CutsParameters)).toBe("/a/b");
  });

  test("with kept delimiters leaves an escaped ? and # escaped", () => {
    expect(read("/health%3fx", Reading.KeepsDelimiters)).toBe("/health%3Fx");
    expect(read("/c%23/x", Reading.KeepsDelimiters)).toBe("/c%23/x");
    expect(read("/health%3fx")).toBe("/health?x");
  });

  test("that splits late takes an escaped ? for the query's begin and an escaped # for the end of all", () => {
    expect(read("/a%3fk=1?l=2", Reading.SplitsLate)).toBe("/a?k=1?l=2");
    expect(bytesAt(path.queryAt, path.queryLength)).toBe("k=1?l=2");
    expect(path.pathLength).toBe(2);
    expect(read("/a%23b?k=1", Reading.SplitsLate)).toBe("/a");
    expect(path.queryLength).toBe(0);
    expect(read("/a%3fk%23l/m?n", Reading.SplitsLate)).toBe("/a?k");
    expect(bytesAt(path.queryAt, path.queryLength)).toBe("k");
    expect(read("/a/b%3fk;l/m", Reading.SplitsLate | Reading.CutsParameters)).toBe("/a/b?k;l/m");
    expect(read("/a/b%3fk;l/m", Reading.CutsParameters)).toBe("/a/b?k/m");
    expect(read("/a%3f", Reading.SplitsLate)).toBe("/a");
    expect(read("/a%3f%23b?k=1", Reading.SplitsLate)).toBe("/a");
    expect(read("/a%3f?k=1", Reading.SplitsLate)).toBe("/a??k=1");
  });

  test("is not sought for a delimiter among parameters, for nobody can tell which of the two is cut off first", () => {
    expectRefused(["/a;x%3fy", "/a;%23", "/a%3Bx%3F/b", "/a;x/b%3F"], Refusal.PathReadings);
    expect(read("/a%3Fx;y")).toBe("/a?x;y");
  });
});
