// Nginx Proxy Manager and SWAG: nginx in a container whose own templates make the servers, and which includes files of ours. Both resolve
// names whenever they are asked for, by Docker's resolver.
import { usage } from "../kit/errors.ts";
import { type Application, type ConfigurationFile, type Front, hostIn } from "./front.ts";
import {
  applicationPass,
  httpSnippet,
  locationSnippet,
  portalErrors,
  portalPass,
  refuseHttp2,
  serverSnippet,
  visitorsBehind,
} from "./nginx.ts";
import { file, text } from "./template.ts";

/** Of the portal's server. */
function portalLocations(front: Front): string {
  return text`
    # For proxies and monitoring, never from outside.
    location ~ ^/(api/edge|api/authz|api/verify|metrics)(/|$) { return 404; }
    ${portalErrors}
    location / {
      ${portalPass(front, "containers")}
    }
    `;
}

function refuseListeners(name: string, { edge, internal, proxyProtocol }: Front): void {
  if (edge || internal || proxyProtocol)
    throw usage(
      `${name} listens where its own configuration says: it has no --edge, no --internal and no --proxy-protocol`,
    );
}

/** What is included, by the names that it has in `folder`. */
function snippets(front: Front, httpFolder = ""): readonly ConfigurationFile[] {
  return [
    { path: `${httpFolder}zerohop-http.conf`, text: httpSnippet(front, "containers") },
    { path: "zerohop-server.conf", text: serverSnippet(front, "containers") },
    { path: "zerohop-location.conf", text: locationSnippet(front, "containers") },
  ];
}

export function npmFiles(front: Front): readonly ConfigurationFile[] {
  refuseListeners("npm", front);
  const { command, folder, portals } = front;
  const advanced = file`
    # Nginx Proxy Manager: into "Custom Nginx Configuration" (Advanced) of the Proxy Host of each application. With a \`location /\` of its own
    # in there NPM writes none. Leave "Cache Assets" off and "Custom locations" empty: NPM's locations for these pass on what a client sends as
    # Remote-User; further locations are written here, like the one below. Switch on "Force SSL": by plain HTTP everything is refused.
    # Written by
    #   ${command}
    # zerohop-http.conf of the same folder is included in ${folder}/http.conf, once.
    include ${folder}/zerohop-server.conf;
    location / {
      include ${folder}/zerohop-location.conf;
      proxy_pass $forward_scheme://$server:$port;
    }
    `;
  const portal = file`
    # Nginx Proxy Manager: into "Custom Nginx Configuration" (Advanced) of the Proxy Host of the portal, and of no other. Written by
    #   ${command}
    ${visitorsBehind(front)}
    ${portalLocations(front)}
    `;
  return [
    ...snippets(front),
    { path: "zerohop-advanced.conf", text: advanced },
    ...(portals.length > 0 ? [{ path: "zerohop-portal.conf", text: portal }] : []),
  ];
}

export function swagFiles(front: Front): readonly ConfigurationFile[] {
  refuseHttp2(front);
  refuseListeners("swag", front);
  const { portals, applications } = front;
  const portal = text`
    client_max_body_size 64k;
    ${visitorsBehind(front)}

    ${portalLocations(front)}
    `;
  return [
    ...snippets(front, "site-confs/"),
    ...(portals.length > 0 ? [swagSite(front, portalLabel, "the portal", portals, portal)] : []),
    ...applications.map((application) =>
      swagSite(front, labelOf(application), "an application", application.hosts, swagApplication(front, application)),
    ),
  ];
}

const portalLabel = "zerohop";

/** SWAG calls its files by the first label of a name. */
function labelOf({ name, hosts }: Application): string {
  const label = name === "application" ? hosts[0]!.replace("*.", "").split(".")[0]! : name.replace("application_", "");
  return label === portalLabel ? name : label;
}

function swagApplication({ folder }: Front, { name, upstream }: Application): string {
  const variable = `$upstream_${name}`;
  return text`
    include ${folder}/zerohop-server.conf;

    # In the place of proxy.conf, never beside it: of two lines for one header nginx sends both.
    location / {
      include ${folder}/zerohop-location.conf;
      set ${variable} ${hostIn(upstream.address)};
      ${applicationPass(upstream, `${upstream.scheme}://${variable}:${upstream.port}`)}
    }
    `;
}

function swagSite(
  { command, folder }: Front,
  label: string,
  title: string,
  names: readonly string[],
  inside: string,
): ConfigurationFile {
  const text = file`
    # SWAG: ${title}. Written by
    #   ${command}
    server {
      listen 443 ssl;
      listen [::]:443 ssl;
      server_name ${names.join(" ")};
      include ${folder}/ssl.conf;
      ${inside}
    }
    `;
  return { path: `proxy-confs/${label}.subdomain.conf`, text };
}
