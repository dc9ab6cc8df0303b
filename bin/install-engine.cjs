"use strict";
// A process of its own, because the automation API's installer cannot be cancelled. It installs the version that
// matches the SDK into the folder given.
require("@pulumi/pulumi/automation")
  .PulumiCommand.install({ root: process.argv[2] })
  .then(
    (installed) => console.log(`installed ${installed.command} ${installed.version}`),
    (error) => {
      console.error(error.message.trim().split("\n").at(-1));
      process.exitCode = 1;
    },
  );
