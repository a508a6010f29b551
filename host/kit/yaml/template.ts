// Templates in files that other programs fill in before they read them (Go templates, environment variables). Nothing here fills
// them in, and one that is taken for a text is a password that anybody can look up.

/** How the template in a text is written, never with what is in it; undefined when there is none. */
export function templateIn(text: string): string | undefined {
  if (/\{\{.*\}\}/s.test(text)) return "{{ … }}";
  if (/\$\{\s*[A-Za-z_][^}]*\}/.test(text)) return `\${NAME}`;
  // Without brackets it may be a part of any password, but hardly all of one. `$(NAME)` is what Kubernetes leaves of a variable
  // that it does not know.
  return /^\s*\$(?:[A-Z_][A-Z0-9_]*|\([A-Za-z_][\w.-]*\))\s*$/.test(text) ? "$NAME" : undefined;
}
