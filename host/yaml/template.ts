// Templates in files that other programs fill in before they read them (Go templates, environment variables). Nothing here fills
// them in, and one that is taken for a text is a password that anybody can look up.

/** How the template in a text is written, never with what is in it; undefined when there is none. */
export function templateIn(text: string): string | undefined {
  if (/\{\{.*\}\}/s.test(text)) return "{{ … }}";
  return /\$\{[A-Za-z_]\w*(?:[:?+-][^}]*)?\}/.test(text) ? `\${NAME}` : undefined;
}
