import assert from "node:assert/strict";
import { Environment, WebFrontend } from "../../../components";
import { renderNginx } from "../../../components/nginx";
import { mockEngine } from "../../support/mocks";

const NOTHING: { readonly inputs: Readonly<Record<string, unknown>> } = { inputs: {} };
const PAGE = {
  port: 8080,
  root: "/usr/share/nginx/html",
  singlePage: true,
  immutableFolders: ["assets", "static.v1"],
  connectTo: ["https://api.example"],
  settings: {},
};

describe("a web frontend", () => {
  it("is told how to serve: cache headers, gzip, single-page fallback, no root", () => {
    const config = renderNginx(PAGE);
    assert.match(config, /listen 8080;/);
    assert.match(config, /~\^\/assets\/ "public, max-age=31536000, immutable";/);
    assert.match(config, /~\^\/static\\\.v1\/ /);
    assert.match(config, /connect-src 'self' https:\/\/api\.example;/);
    assert.match(config, /try_files \$uri \$uri\/ @page;/);
    assert.match(config, /gzip on;/);
    assert.doesNotMatch(config, /^\s*user /m);
  });

  it("answers 404 for unknown paths when it is no single-page application", () => {
    const config = renderNginx({ ...PAGE, singlePage: false });
    assert.match(config, /try_files \$uri \$uri\/ =404;/);
    assert.doesNotMatch(config, /@page/);
  });

  it("delivers its configuration and the page's settings, read-only and without root", async () => {
    const seen = await mockEngine();
    const environment = new Environment("shop", { docker: { publicPorts: [8080] } });
    new WebFrontend("web", {
      environment,
      image: { ref: "shop/web:1" },
      settings: { title: "Shop </script>" },
      exposure: { public: { port: 8080 } },
    });
    await seen.settled();
    const { inputs } = seen.all.find(({ name }) => /^web-\w{8}-0$/.test(name)) ?? NOTHING;
    assert.equal(inputs["user"], "101:101");
    const uploads = inputs["uploads"] as { file: string; content: string; permissions: string }[];
    assert.deepEqual(
      uploads.map(({ file, permissions }) => [file, permissions]),
      [
        ["/etc/nginx/nginx.conf", "0444"],
        ["/usr/share/nginx/html/config.js", "0444"],
      ],
    );
    assert.equal(uploads[1]?.content, 'window.LANDFALL_CONFIG = {"title":"Shop </script>"};\n');
  });

  it("leaves the image's configuration alone when told to", async () => {
    const seen = await mockEngine();
    new WebFrontend("web", {
      environment: new Environment("shop"),
      image: { ref: "shop/web:1" },
      configuration: "image",
    });
    await seen.settled();
    const { inputs } = seen.all.find(({ name }) => /^web-\w{8}-0$/.test(name)) ?? NOTHING;
    assert.deepEqual(inputs["uploads"], []);
  });
});
