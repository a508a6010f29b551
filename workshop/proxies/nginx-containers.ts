// nginx as Nginx Proxy Manager and SWAG run it in their containers, with what `zerohop proxy` writes for them in the places that are for it.
// Neither program is on a registry but as a container: the servers here are as their templates render them (NPM's proxy_host.conf and
// nginx.conf, SWAG's nginx.conf, ssl.conf and site-confs/default.conf), said in words of our own.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applicationHosts, domain } from "../host/site.ts";
import { nginx, temporaryPaths } from "./kinds.ts";
import type { PreparedSite, ProxyKind } from "./proxy-kind.ts";

/** Nginx Proxy Manager with "Websockets Support" and "Force SSL" on, and a custom location that its own template writes. */
export const npm: ProxyKind = {
  ...{ name: "npm", program: "nginx", writes: "npm", args: nginx.args },
  replace: ({ folder }) => [["/data/nginx/custom", folder]],
  async prepare({ folder, hostUrl, places: { http, https, tls }, applicationPort }: PreparedSite) {
    const advanced = (name: string) =>
      readFileSync(join(folder, name), "utf8").replaceAll("/data/nginx/custom", folder);
    const host = (names: string, port: number, text: string) => `
      server {
        set $forward_scheme http;
        set $server "127.0.0.1";
        set $port ${port};
        listen 127.0.0.1:${http};
        listen 127.0.0.1:${https} ssl;
        server_name ${names};
        ssl_certificate ${tls.certificate};
        ssl_certificate_key ${tls.key};
        set $test "";
        if ($scheme = "http") { set $test H; }
        if ($test = H) { return 301 https://$host:${https}$request_uri; }
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        ${text}
        location /made-by-npm {
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-Scheme $scheme;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_pass http://127.0.0.1:${applicationPort};
        }
      }`;
    writeFileSync(
      join(folder, "nginx.conf"),
      `events {}
      pid ${folder}/pid;
      http {
        ${temporaryPaths(folder)}
        access_log off;
        default_type application/octet-stream;
        sendfile on; server_tokens off; tcp_nopush on; gzip on;
        keepalive_timeout 90s;
        proxy_connect_timeout 90s; proxy_send_timeout 90s; proxy_read_timeout 90s;
        client_max_body_size 2000m;
        proxy_http_version 1.1;
        proxy_set_header X-Forwarded-Scheme $scheme;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header Accept-Encoding "";
        map $host $forward_scheme { default http; }
        set_real_ip_from 10.0.0.0/8;
        set_real_ip_from 172.16.0.0/12;
        real_ip_header X-Real-IP;
        real_ip_recursive on;
        ${host(applicationHosts.join(" "), applicationPort, advanced("zerohop-advanced.conf"))}
        ${host(`auth.${domain}`, Number(new URL(hostUrl).port), advanced("zerohop-portal.conf"))}
        include ${folder}/zerohop-http.conf;
      }
      `,
    );
    return { replace: [] };
  },
};

export const swag: ProxyKind = {
  ...{ name: "swag", program: "nginx", writes: "swag", args: nginx.args },
  replace: ({ folder, https }) => [
    ["/config/nginx", folder],
    ["listen 443 ssl", `listen 127.0.0.1:${https} ssl`],
    ["listen [::]:443 ssl;", ""],
  ],
  async prepare({ folder, places: { http, https, tls } }: PreparedSite) {
    writeFileSync(
      join(folder, "ssl.conf"),
      `ssl_certificate ${tls.certificate};\nssl_certificate_key ${tls.key};\nssl_protocols TLSv1.2 TLSv1.3;\n`,
    );
    writeFileSync(
      join(folder, "nginx.conf"),
      `events {}
      pid ${folder}/pid;
      http {
        ${temporaryPaths(folder)}
        access_log off;
        default_type application/octet-stream;
        server_tokens off;
        client_max_body_size 0;
        sendfile on; tcp_nopush on; gzip_vary on;
        map $http_upgrade $connection_upgrade { default upgrade; '' close; }
        include ${folder}/site-confs/*.conf;
        server { listen 127.0.0.1:${http} default_server; location / { return 301 https://$host:${https}$request_uri; } }
        server { listen 127.0.0.1:${https} ssl default_server; server_name _; include ${folder}/ssl.conf; return 444; }
        include ${folder}/proxy-confs/*.subdomain.conf;
      }
      `,
    );
    return { replace: [] };
  },
};
