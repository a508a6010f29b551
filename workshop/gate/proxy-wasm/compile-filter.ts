// Compiles a filter for the tests of the host itself from AssemblyScript source.
import asc from "assemblyscript/asc";

/** Rejects with the compiler's messages. */
export async function compileFilter(source: string): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    ["filter.ts", "--runtime", "minimal", "--use", "abort=", "--outFile", "filter.wasm"],
    {
      readFile: (name) => (name === "filter.ts" ? source : null),
      writeFile: (_name, contents) => {
        binary = new Uint8Array(contents as Uint8Array);
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`the filter does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}
