import assert from "node:assert/strict";
import {
  parseReplies,
  parseSessions,
  parseSlots,
  parseWorkers,
} from "../../../../../../components/docker/dynamic/router/haproxy";

describe("HAProxy's command line", () => {
  it("tells the current process from those that a reload left", () => {
    const output = `
master>
#<PID>          <type>          <reloads>       <uptime>        <version>
1               master          2 [failed: 0]   0d00h00m28s     2.6.12
# workers
724             worker          0               0d00h00m00s     2.6.12
# old workers
667             worker          1               0d00h00m03s     2.6.12
# programs`;
    assert.deepEqual(parseWorkers(output), [
      { pid: 724, leaving: false },
      { pid: 667, leaving: true },
    ]);
  });

  it("has one reply for each command, empty ones too", () => {
    const output = "\nmaster> 8> first\nline\n\n8> IP changed\n\n8> \n8> last\n\n8> ";
    assert.deepEqual(parseReplies(output), ["first\nline", "IP changed", "", "last"]);
  });

  it("reads slots with their administrative state, lookup and sessions", () => {
    const output = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight …
5 service_api 1 s001 10.231.0.4 2 68 100 1 6 15 3 3 6 0 0 0 api-b 8000 - 0 0 - - 0
5 service_api 2 s002 - 0 101 100 1 7 15 3 0 14 0 0 0 api-a 8000 - 0 0 - - 0
5 service_api 3 s003 10.231.0.3 3 72 5 1 0 15 3 0 14 0 0 0 api-c 8000 - 0 0 - - 0
5 service_api 4 s004 127.0.0.1 0 5 1 1 5 1 0 0 14 0 0 0 - 9 - 0 0 - - 0
5 service_api 5 s005 10.231.0.9 2 100 1 1 5 1 0 0 14 0 0 0 api-d 9 - 0 0 - - 0`;
    const sessions = parseSessions("# pxname,svname,qcur,qmax,scur\nservice_api,s003,0,0,2,3\n");
    const brief = parseSlots(output, sessions)
      .get("service_api")
      ?.map(({ slot, name, state, up, sessions: under, weight }) =>
        [slot, name, state, up, under, weight].join(" "),
      );
    assert.deepEqual(brief, [
      "s001 api-b ready true 0 100",
      "s002 api-a maint false 0 100",
      "s003 api-c drain false 2 5",
      "s004  maint false 0 1",
      "s005 api-d ready false 0 1",
    ]);
  });
});
