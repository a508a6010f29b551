// What the project takes from others is pinned by content: every package of a lock file by its hash, every base image by its digest, every
// action of a workflow by its commit.

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

/** The mistakes of an npm lock file: entries without a SHA-512 hash, and addresses of a registry. `file` names it in the messages. */
export function unpinnedPackages(file: string, text: string): readonly string[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, LockEntry> };
  return Object.entries(packages).flatMap(([path, { version, integrity, resolved, link }]) => {
    if (path === "" || link) return [];
    const name = `${file}: ${path}@${version}`;
    const problems: string[] = [];
    if (!integrity?.startsWith("sha512-"))
      problems.push(`${name} has no integrity; take it from npm view … dist.integrity`);
    if (resolved) problems.push(`${name} names a registry's address; .npmrc leaves those out`);
    return problems;
  });
}

/** The mistakes of a Containerfile: base images that are not named by digest. Stages of the file itself need none. */
export function unpinnedImages(file: string, text: string): readonly string[] {
  const stages = new Set<string>(["scratch"]);
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, image, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(line) ?? [];
    if (!image) continue;
    if (!stages.has(image) && !/@sha256:[0-9a-f]{64}$/.test(image)) {
      problems.push(`${file}:${index + 1}: ${image} is not named by its digest (NAME:TAG@sha256:…)`);
    }
    if (stage) stages.add(stage);
  }
  return problems;
}

/** The mistakes of a workflow: actions that are not named by a commit. Those of the repository itself need none. */
export function unpinnedActions(file: string, text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const [, action] = /^\s*(?:-\s+)?uses:\s*["']?([^\s"'#]+)/.exec(line) ?? [];
    if (!action || action.startsWith("./") || /@[0-9a-f]{40}$/.test(action)) return [];
    return [`${file}:${index + 1}: ${action} is not named by its commit (OWNER/NAME@40 hex digits)`];
  });
}
