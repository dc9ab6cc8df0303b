import assert from "node:assert/strict";
import { DockerError, foundNotRunning } from "../../../../components/docker/dynamic/client";

describe("a command in a container", () => {
  it("has found it ended by the daemon's two ways to say so, and by nothing else", () => {
    const ended = `container not running - Container ab12 is not running: Exited (5)`;
    assert.ok(foundNotRunning(new DockerError("Container ab12 is not running", 409)));
    assert.ok(foundNotRunning(new DockerError(ended, 500)));
    assert.ok(!foundNotRunning(new DockerError("no space left on device", 500)));
    assert.ok(!foundNotRunning(new DockerError("no such container", 404)));
    assert.ok(!foundNotRunning(new Error(ended)));
  });
});
