import assert from "node:assert/strict";
import { parseAptSources } from "../../../../toolchain/images/aptSources";
import { chooseMirrors, renderSources } from "../../../../toolchain/images/debianMirror";

const target = { suite: "bookworm", architecture: "amd64" };
const archive = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";

describe("the choice of a Debian mirror", () => {
  it("prefers Debian's own key over third parties with the same suite and component", () => {
    const { mirrors } = choose(
      "deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example bookworm main",
      "deb http://plain.example/debian bookworm main",
      `deb ${archive} http://mirror.example/debian bookworm main`,
    );
    assert.deepEqual(
      mirrors.map(({ uri }) => uri),
      ["http://mirror.example/debian", "http://plain.example/debian", "https://vendor.example"],
    );
    assert.equal(mirrors[0]?.keyring, undefined);
    assert.equal(mirrors[2]?.keyring, "/etc/apt/keyrings/vendor.gpg");
  });

  it("takes updates and security fixes of the same signer into the image, and nothing else", () => {
    const { mirrors } = choose(
      `deb ${archive} http://mirror.example/debian bookworm main`,
      `deb ${archive} http://mirror.example/debian bookworm-updates main`,
      `deb ${archive} http://mirror.example/debian bookworm-backports main`,
      `deb ${archive} http://security.example/debian-security bookworm-security main`,
      "deb https://node.example/node_20.x nodistro main",
      "deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example bookworm main",
    );
    assert.equal(
      renderSources(mirrors[0] ?? assert.fail("no mirror")),
      [
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Suites: bookworm",
        "Components: main",
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
        "",
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Suites: bookworm-updates",
        "Components: main",
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
        "",
        "Types: deb",
        "URIs: http://security.example/debian-security",
        "Suites: bookworm-security",
        "Components: main",
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
        "",
      ].join("\n"),
    );
  });

  it("gives each mirror of several its own sources, without the other's", () => {
    const { mirrors } = choose(
      `deb ${archive} http://one.example/debian bookworm main`,
      `deb ${archive} http://two.example/debian bookworm main`,
    );
    assert.deepEqual(
      mirrors.map((mirror) => mirror.sources.map(({ uris }) => uris)),
      [[["http://one.example/debian"]], [["http://two.example/debian"]]],
    );
  });

  it("leaves out mirrors with credentials and says so without them", () => {
    const { mirrors, notes } = choose("deb https://me:hunter2@mirror.example/debian bookworm main");
    assert.deepEqual(mirrors, []);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /credentials/);
    assert.doesNotMatch(notes[0] ?? "", /hunter2/);
  });

  it("leaves out what a container cannot reach or use", () => {
    const { mirrors } = choose(
      "deb file:/srv/mirror bookworm main",
      "deb cdrom:[Debian]/ bookworm main",
      "deb [arch=arm64] http://arm.example/debian bookworm main",
      "deb http://old.example/debian bullseye main",
      "deb http://extra.example/debian bookworm contrib",
    );
    assert.deepEqual(mirrors, []);
  });

  it("keeps what the host says about dates and trust", () => {
    const { mirrors } = choose(
      "deb [check-valid-until=no trusted=yes] http://snapshot.example/2025 bookworm main",
    );
    const text = renderSources(mirrors[0] ?? assert.fail("no mirror"));
    assert.match(text, /^Check-Valid-Until: no$/m);
    assert.match(text, /^Trusted: yes$/m);
  });

  it("points the image to the copied keyring when it is not Debian's own", () => {
    const { mirrors } = choose(
      "deb [signed-by=/etc/apt/keyrings/corp.gpg] http://corp.example/debian bookworm main",
    );
    const text = renderSources(mirrors[0] ?? assert.fail("no mirror"));
    assert.match(text, /^Signed-By: \/usr\/share\/keyrings\/landfall-mirror\.gpg$/m);
  });
});

function choose(...lines: string[]): ReturnType<typeof chooseMirrors> {
  // Each line as a file of its own, the way vendors bring theirs.
  const sources = lines.flatMap((line, index) => parseAptSources(line, `${index}.list`));
  return chooseMirrors(sources, target);
}
