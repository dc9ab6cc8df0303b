import type { PageSpec } from "./webFrontend";

/**
 * The nginx configuration of a static site. It runs without root and with a read-only root file system: all
 * that nginx writes lies in /tmp.
 */
export function renderNginx(page: PageSpec): string {
  return `worker_processes auto;
worker_shutdown_timeout 30s;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events { worker_connections 1024; }

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  log_format json escape=json '{"time":"$time_iso8601","method":"$request_method","path":"$uri",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"request_id":"$http_x_request_id"}';
  access_log /dev/stdout json;

  sendfile on;
  tcp_nopush on;
  # Longer than the router keeps an idle connection, so that the router is the one who closes it.
  keepalive_timeout 75s;
  server_tokens off;

  gzip on;
  gzip_vary on;
  gzip_comp_level 5;
  gzip_min_length 1024;
  gzip_proxied any;
  gzip_types text/css text/plain application/javascript text/javascript application/json image/svg+xml application/manifest+json;

  map $uri $cache {
    default "public, max-age=3600";
    ~*\\.html$ "no-cache";
    ~/$ "no-cache";
    /config.js "no-cache";
${page.immutableFolders.map((folder) => `    ~^/${escapeRegex(folder)}/ "public, max-age=31536000, immutable";`).join("\n")}
  }

  server {
    listen ${page.port};
    root ${page.root};
    index index.html;
    port_in_redirect off;

    add_header Cache-Control $cache always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    add_header Content-Security-Policy "default-src 'self'; connect-src ${["'self'", ...page.connectTo].join(" ")}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'" always;

    location = /healthz {
      access_log off;
      default_type text/plain;
      return 200 "ok\\n";
    }
    location / { try_files $uri $uri/ ${page.singlePage ? "@page" : "=404"}; }
${page.singlePage ? singlePageLocation() : ""}  }
}
`;
}

/** A path with an extension is a missing file, not a page of the application: it stays a 404. */
function singlePageLocation(): string {
  return `    location @page {
      if ($uri ~* "\\.[a-z0-9]{1,8}$") { return 404; }
      rewrite ^ /index.html last;
    }
`;
}

function escapeRegex(text: string): string {
  return text.replace(/[.\\+*?^$()[\]{}|-]/g, "\\$&");
}
