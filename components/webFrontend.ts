import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { DeliveredFile } from "./artefact";
import type { Problems } from "./errors";
import { renderNginx } from "./nginx";
import type { ServiceArgs } from "./service";
import { Service } from "./service";

/** Arguments of a {@link WebFrontend}; `port` is 8080 and `health.path` "/healthz" unless given. */
export interface WebFrontendArgs extends ServiceArgs {
  /** Folder of the image that holds the static files. @default "/usr/share/nginx/html" */
  readonly root?: string;
  /** Whether an unknown path without an extension answers `index.html` (single-page application). @default true */
  readonly singlePage?: boolean;
  /** Folders under `root` whose files never change under their name: cached for a year. @default ["assets"] */
  readonly immutableFolders?: readonly string[];
  /** Origins beside its own that the page may call, for the content security policy. @default [] */
  readonly connectTo?: readonly string[];
  /** Values for the page, served as `/config.js` in `window.LANDFALL_CONFIG`; nothing secret. @default {} */
  readonly settings?: Readonly<Record<string, string>>;
  /** `"image"` leaves the image's own nginx configuration alone. @default "component" */
  readonly configuration?: "component" | "image";
}

/**
 * Static files behind nginx, without root: cache headers, gzip, single-page fallback, security headers.
 * The image needs nginx 1.20 or later and the files; its configuration comes from this component.
 *
 * @example
 * new WebFrontend("web", { environment, image: { build: { context: "web" } }, exposure: { public: { port: 8080 } } });
 */
export class WebFrontend extends Service {
  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: WebFrontendArgs, opts?: pulumi.ComponentResourceOptions) {
    const { root, singlePage, immutableFolders, connectTo, settings, configuration, ...service } =
      args;
    const page = {
      port: args.port ?? 8080,
      root: root ?? "/usr/share/nginx/html",
      singlePage: singlePage ?? true,
      immutableFolders: immutableFolders ?? ["assets"],
      connectTo: connectTo ?? [],
      settings: settings ?? {},
    };
    const ownConfiguration = configuration === "image";
    super(
      {
        type: "landfall:index:WebFrontend",
        label: "WebFrontend",
        defaultPort: 8080,
        defaultHealthPath: "/healthz",
        publishable: true,
        extend: (problems) => {
          checkPage(page, problems);
          return ownConfiguration ? {} : { files: pageFiles(page) };
        },
      },
      name,
      // 101 is the user `nginx` of the official image; an image with its own configuration has its own user.
      { ...(ownConfiguration ? {} : { user: "101:101" }), ...service },
      opts,
    );
  }
}

/** Checked settings of a page. */
export interface PageSpec {
  readonly port: number;
  readonly root: string;
  readonly singlePage: boolean;
  readonly immutableFolders: readonly string[];
  readonly connectTo: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

function checkPage(page: PageSpec, problems: Problems): void {
  // These texts end up in nginx's configuration: nothing that could leave its place there.
  problems.require(/^\/[\w./-]+$/.test(page.root), "root", "must be an absolute path", page.root);
  page.immutableFolders.forEach((folder, index) => {
    const fits = /^[\w.-]+(?:\/[\w.-]+)*$/.test(folder);
    problems.require(
      fits,
      `immutableFolders[${index}]`,
      'must be a folder, such as "assets"',
      folder,
    );
  });
  page.connectTo.forEach((origin, index) => {
    const fits = /^(?:https?|wss?):\/\/[\w.-]+(?::\d+)?$/.test(origin);
    const rule = 'must be an origin, such as "https://api.example"';
    problems.require(fits, `connectTo[${index}]`, rule, origin);
  });
}

function pageFiles(page: PageSpec): DeliveredFile[] {
  const config = `window.LANDFALL_CONFIG = ${JSON.stringify(page.settings)};\n`;
  return [
    inline("/etc/nginx/nginx.conf", renderNginx(page)),
    inline(`${page.root}/config.js`, config),
  ];
}

function inline(path: string, content: string): DeliveredFile {
  return { path, content, sha256: createHash("sha256").update(content).digest("hex") };
}
