// nginx as ingress-nginx configures it by the annotations and the ConfigMap of deploy/ingress-nginx. The controller itself wants a cluster:
// the server is as its template (rootfs/etc/nginx/template/nginx.tmpl) renders it, said in words of our own, without its Lua.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { applicationHosts, domain } from "../host/site.ts";
import { nginx, temporaryPaths } from "./kinds.ts";
import type { PreparedSite, ProxyKind } from "./proxy-kind.ts";

const prefix = "nginx.ingress.kubernetes.io/";

export const ingressNginx: ProxyKind = {
  ...{ name: "ingress-nginx", program: "nginx", args: nginx.args, replace: () => [], passesSession: true },
  files: ["deploy/ingress-nginx/ingress.yaml"],
  async prepare({ folder, hostUrl, places: { https, http, tls }, applicationPort }: PreparedSite) {
    const { items } = parse(readFileSync(join(folder, "ingress.yaml"), "utf8"));
    const [{ data }, { metadata }] = items;
    const option = (name: string): string => metadata.annotations[prefix + name] ?? "";
    const asked = new URL(option("auth-url"));
    const signin = option("auth-signin").replace(`auth.${domain}`, `auth.${domain}:${https}`);
    const taken = option("auth-response-headers").split(", ");
    const limits = `
      client_max_body_size ${option("proxy-body-size")};
      proxy_buffering off;
      proxy_buffer_size ${option("proxy-buffer-size")};
      proxy_buffers 4 ${option("proxy-buffer-size")};
      proxy_http_version 1.1;`;
    const toBackend = `
      proxy_set_header Host $best_http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Request-ID $request_id;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $best_http_host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Scheme $scheme;
      proxy_set_header X-Scheme $scheme;
      proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
      proxy_set_header Proxy "";
      proxy_read_timeout ${option("proxy-read-timeout")}s;
      proxy_request_buffering ${option("proxy-request-buffering")};`;
    const server = (names: string, locations: string) => `
      server {
        listen 127.0.0.1:${https} ssl;
        server_name ${names};
        ssl_certificate ${tls.certificate};
        ssl_certificate_key ${tls.key};
        ${data["server-snippet"]}
        ${locations}
      }`;
    writeFileSync(
      join(folder, "nginx.conf"),
      `events {}
      pid ${folder}/pid;
      http {
        ${temporaryPaths(folder)}
        access_log off;
        server_tokens off;
        large_client_header_buffers 4 8k;
        map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
        map $http_host $best_http_host { default $http_host; '' $host; }
        ${data["http-snippet"]}
        server { listen 127.0.0.1:${http}; return 308 https://$host:${https}$request_uri; }
        ${server(
          applicationHosts.join(" "),
          `
        location = /_external-auth-Lw-Prefix {
          internal;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
          proxy_set_header X-Forwarded-Proto "";
          proxy_set_header X-Request-ID $request_id;
          proxy_set_header Host ${asked.hostname};
          proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
          proxy_set_header X-Original-Method $request_method;
          proxy_set_header X-Sent-From nginx-ingress-controller;
          proxy_set_header X-Real-IP $remote_addr;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Auth-Request-Redirect $request_uri;
          ${limits}
          proxy_pass_request_headers on;
          set $target ${hostUrl}${asked.pathname};
          proxy_pass $target;
        }
        location @signin {
          internal;
          add_header Set-Cookie $auth_cookie;
          return 302 ${signin}&rd=$scheme://$http_host$request_uri;
        }
        location / {
          auth_request /_external-auth-Lw-Prefix;
          auth_request_set $auth_cookie $upstream_http_set_cookie;
          add_header Set-Cookie $auth_cookie;
          ${taken.map((name, i) => `auth_request_set $authHeader${i} $upstream_http_${name.toLowerCase().replaceAll("-", "_")}; proxy_set_header '${name}' $authHeader${i};`).join(" ")}
          error_page 401 = @signin;
          ${limits}
          ${toBackend}
          ${data["location-snippet"]}
          proxy_pass http://127.0.0.1:${applicationPort};
        }`,
        )}
        ${server(`auth.${domain}`, `location / { ${limits} ${toBackend} ${data["location-snippet"]} proxy_pass ${hostUrl}; }`)}
      }
      `,
    );
    return { replace: [] };
  },
};
