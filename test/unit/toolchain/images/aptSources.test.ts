import assert from "node:assert/strict";
import { parseAptSources } from "../../../../toolchain/images/aptSources";

describe("apt's configured sources", () => {
  it("are read from deb822 stanzas, with comments between the fields", () => {
    const text = [
      "Types: deb",
      "# a comment in between",
      "URIs: http://mirror.example/debian",
      "Suites: bookworm bookworm-updates",
      "Components: main contrib",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "",
      "Types: deb deb-src",
      "URIs: http://mirror.example/debian-security",
      "Suites: bookworm-security",
      "Components: main",
      "Architectures: amd64 arm64",
      "Check-Valid-Until: no",
      "Trusted: yes",
      "",
    ].join("\n");
    assert.deepEqual(parseAptSources(text, "debian.sources"), [
      {
        uris: ["http://mirror.example/debian"],
        suites: ["bookworm", "bookworm-updates"],
        components: ["main", "contrib"],
        architectures: [],
        signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg",
        trusted: false,
        checkValidUntil: undefined,
        origin: "debian.sources",
      },
      {
        uris: ["http://mirror.example/debian-security"],
        suites: ["bookworm-security"],
        components: ["main"],
        architectures: ["amd64", "arm64"],
        signedBy: undefined,
        trusted: true,
        checkValidUntil: "no",
        origin: "debian.sources",
      },
    ]);
  });

  it("leave out stanzas that are switched off or hold sources of programs only", () => {
    const text = [
      "Types: deb\nURIs: http://a.example/\nSuites: bookworm\nComponents: main\nEnabled: no",
      "Types: deb-src\nURIs: http://b.example/\nSuites: bookworm\nComponents: main",
      "",
    ].join("\n\n");
    assert.deepEqual(parseAptSources(text, "x.sources"), []);
  });

  it("keep a key that is written into the stanza, with its empty lines", () => {
    const text = [
      "Types: deb",
      "URIs: http://a.example/debian",
      "Suites: bookworm",
      "Components: main",
      "Signed-By:",
      " -----BEGIN PGP PUBLIC KEY BLOCK-----",
      " .",
      " AAAA",
      " -----END PGP PUBLIC KEY BLOCK-----",
    ].join("\n");
    assert.equal(
      parseAptSources(text, "x.sources")[0]?.signedBy,
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----",
    );
  });

  it("are read from lines, with and without options", () => {
    const text = [
      "# deb http://off.example/debian bookworm main",
      "deb http://a.example/debian bookworm main contrib # why",
      "deb [arch=amd64,arm64 signed-by=/etc/apt/keyrings/k.gpg trusted=yes] http://b.example/ bookworm main",
      "deb-src http://a.example/debian bookworm main",
      "rubbish",
    ].join("\n");
    const sources = parseAptSources(text, "sources.list");
    assert.deepEqual(
      sources.map(({ uris }) => uris),
      [["http://a.example/debian"], ["http://b.example/"]],
    );
    const [plain, optioned] = sources;
    assert.deepEqual(plain?.components, ["main", "contrib"]);
    assert.deepEqual(optioned?.architectures, ["amd64", "arm64"]);
    assert.equal(optioned.signedBy, "/etc/apt/keyrings/k.gpg");
    assert.equal(optioned.trusted, true);
  });

  it("do not take a key's fingerprint for a keyring", () => {
    const line = "deb [signed-by=0123456789ABCDEF] http://a.example/debian bookworm main";
    assert.equal(parseAptSources(line, "sources.list")[0]?.signedBy, undefined);
  });
});
