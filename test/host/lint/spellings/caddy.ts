// Caddyfiles that are as closed as the clean one.
import type { Spelling } from "./spelling.ts";

const gate = "snippets/gate.caddy";

export const caddySpellings: readonly Spelling[] = [
  {
    what: "the host is a container beside it",
    config: "caddy",
    edit: [/import serve 127\.0\.0\.1:9091/g, "import serve zerohop:9091"],
  },
  {
    what: "every alias is named",
    config: "caddy",
    file: gate,
    edit: [
      "\trequest_header -Remote*\n",
      ["User", "Groups", "Name", "Email"]
        .flatMap((name) => ["-", "_", "."].map((by) => `\trequest_header -Remote${by}${name}\n`))
        .join(""),
    ],
  },
  {
    what: "upgrades are removed altogether",
    config: "caddy",
    file: gate,
    edit: [/\trequest_header @websocket.*\n.*\n/, "\trequest_header -Upgrade\n"],
  },
  {
    what: "a header_regexp finds WebSockets, and the upgrade is written anew",
    config: "caddy",
    file: gate,
    edit: [
      /\t@websocket .*\n.*\n([\s\S]*)\trequest_header @websocket.*\n.*\n/,
      "\t@websocket header_regexp Upgrade (?i)^websocket$\n\t@other not header_regexp Upgrade (?i)^websocket$\n$1\trequest_header @other -Upgrade\n\trequest_header @websocket Connection Upgrade\n\trequest_header @websocket Upgrade websocket\n",
    ],
  },
  {
    what: "other upgrades are refused",
    config: "caddy",
    file: gate,
    edit: [
      /\t@websocket .*\n.*\n([\s\S]*)\trequest_header @websocket.*\n.*\n/,
      "\t@websocket `{header.Upgrade} == 'websocket'`\n\t@other `{header.Upgrade} != '' && !({header.Upgrade} == 'websocket')`\n$1\trespond @other 400\n\trequest_header @websocket Connection Upgrade\n",
    ],
  },
  {
    what: "Connection stays away, and so does every upgrade",
    config: "caddy",
    file: gate,
    edit: [/\trequest_header @websocket.*\n.*\n/, ""],
  },
  {
    what: "the gate stands alone, in Caddy's own order, and what it does not copy is removed by the backend's proxy",
    config: "caddy",
    edit: [
      /\troute \{\n(\t\timport clean\n\t\treverse_proxy 127[\s\S]*?\n)\t\}\n\}/,
      `\t@connect method CONNECT
	abort @connect
	import gate 127.0.0.1:9091
	reverse_proxy app:8000 {
		header_up -Cookie
		header_up -Upgrade
		header_up -Connection
		header_up -HTTP2-Settings
		header_up -Remote_*
		header_up -Remote.*
		header_up -X-*
		header_up -X_*
		header_up -X.*
		header_up -Forwarded
	}
}`,
    ],
  },
  {
    what: "a matcher of the gate leaves out what is answered here",
    config: "caddy",
    file: gate,
    edit: [
      "\tforward_auth {args[0]}",
      "\trespond /robots.txt 200\n\t@all not path /robots.txt\n\tforward_auth @all {args[0]}",
    ],
  },
  {
    what: "the portal is answered by a route",
    config: "caddy",
    edit: [/\thandle @internal \{[\s\S]*?\n\thandle \{\n(.*\n)\t\}/, "\troute {\n\t\trespond @internal 404\n$1\t}"],
  },
  {
    what: "a heredoc, backticks and a line that goes on",
    config: "caddy",
    edit: [
      'respond "Not here" 404',
      'respond <<HTML\n\t\t<p>"{ not here }"\n\t\tHTML 404\n\t\theader \\\n\t\t\tX-A `a } b`',
    ],
  },
  {
    what: "a named route has the backend",
    config: "caddy",
    edit: [
      /(auth.example.com \{)([\s\S]*import clean\n\t\treverse_proxy 127[\s\S]*)\t\treverse_proxy app:8000\n/,
      "&(app) {\n\treverse_proxy app:8000\n}\n$1$2\t\tinvoke app\n",
    ],
  },
  {
    what: "errors are pages of Caddy's",
    config: "caddy",
    edit: [
      "\troute {\n\t\timport serve",
      '\thandle_errors {\n\t\trespond "{err.status_code}"\n\t}\n\troute {\n\t\timport serve',
    ],
  },
  {
    what: "private networks are trusted",
    config: "caddy",
    edit: ["static 10.0.0.1/32", "static 10.0.0.0/8 fc00::/7 fe80::/10 100.64.0.0/10"],
  },
];
