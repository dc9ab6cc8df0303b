import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { proxyVariables, readAptSources } from "../../../../toolchain/images/hostApt";

describe("the host's apt configuration", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-apt-"));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("is read from sources.list and the files beside it, others left alone", () => {
    const parts = path.join(folder, "sources.list.d");
    fs.mkdirSync(parts);
    fs.writeFileSync(path.join(folder, "sources.list"), "deb http://a.example/ bookworm main\n");
    fs.writeFileSync(path.join(parts, "b.list"), "deb http://b.example/ bookworm main\n");
    fs.writeFileSync(path.join(parts, "b.list.save"), "deb http://old.example/ bookworm main\n");
    fs.writeFileSync(
      path.join(parts, "c.sources"),
      "Types: deb\nURIs: http://c.example/\nSuites: bookworm\nComponents: main\n",
    );
    assert.deepEqual(
      readAptSources(folder).flatMap(({ uris }) => uris),
      ["http://a.example/", "http://b.example/", "http://c.example/"],
    );
  });

  it("follows a list of mirrors that a cloud image names", () => {
    const mirrors = path.join(folder, "debian.mirrors");
    fs.writeFileSync(mirrors, "# local\nhttp://near.example/debian priority:1\n");
    fs.writeFileSync(
      path.join(folder, "sources.list"),
      `deb mirror+file:${mirrors} bookworm main\n`,
    );
    assert.deepEqual(readAptSources(folder)[0]?.uris, ["http://near.example/debian"]);
  });

  it("is empty where there is no apt", () => {
    assert.deepEqual(readAptSources(path.join(folder, "none")), []);
  });

  it("gives way to the proxies of the environment", () => {
    const proxies = proxyVariables({
      HTTP_PROXY: "http://upper.example:3128",
      http_proxy: "http://lower.example:3128",
      https_proxy: "http://tls.example:3128",
      NO_PROXY: "localhost",
    });
    assert.deepEqual(proxies, {
      http_proxy: "http://lower.example:3128",
      https_proxy: "http://tls.example:3128",
      no_proxy: "localhost",
    });
  });
});
