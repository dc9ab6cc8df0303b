import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";
import {
  startProviders,
  usedProviders,
  usedProvidersFile,
} from "../../../../toolchain/languageHost/providers";
import { temporaryFolder } from "../folder";

const docker = { name: "docker", version: "5.2.0", url: "" };
const dynamic = { name: "pulumi-nodejs", version: "", url: "" };

describe("providers that a program has used", () => {
  const folder = temporaryFolder();
  const request = (stack: string, program = "/p") =>
    new RunRequest()
      .setInfo(new ProgramInfo().setProgramDirectory(program))
      .setProject("shop")
      .setStack(stack);

  it("are kept by program and stack, under the first .landfall that there is", () => {
    folder.write(folder("b", ".landfall", "x"), "");
    const roots = [folder("a"), folder("b")];
    const file = usedProvidersFile(request("dev"), roots);
    assert.ok(file?.startsWith(folder("b", ".landfall", "cache", "providers")));
    const others = [request("staging"), request("dev", "/q")];
    const all = new Set([file, ...others.map((each) => usedProvidersFile(each, roots))]);
    assert.equal(all.size, 3);
    assert.equal(usedProvidersFile(request("dev"), [folder("a")]), undefined);
  });

  it("are none where the file is missing or holds something else", () => {
    const file = folder("used.json");
    assert.deepEqual(usedProviders(undefined), []);
    assert.deepEqual(usedProviders(file), []);
    for (const text of ["", "{", "{}", "[1]", '[{"name":"docker"}]']) {
      folder.write(file, text);
      assert.deepEqual(usedProviders(file), []);
    }
    folder.write(file, JSON.stringify([docker]));
    assert.deepEqual(usedProviders(file), [docker]);
  });

  describe("are asked for", () => {
    const asked: string[][] = [];
    let server: grpc.Server;
    let address: string;
    let answer: grpc.handleUnaryCall<ResourceInvokeRequest, unknown>;
    before(async () => {
      server = new grpc.Server();
      server.addService(
        { invoke: ResourceMonitorService.invoke },
        {
          invoke: ((call, callback) => {
            const { request: of } = call;
            asked.push([of.getTok(), of.getVersion(), of.getPlugindownloadurl()]);
            answer(call, callback);
          }) as typeof answer,
        },
      );
      const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
          if (error) reject(error);
          else resolve(bound);
        });
      });
      address = `127.0.0.1:${port}`;
    });
    beforeEach(() => asked.splice(0));
    after(() => {
      server.forceShutdown();
    });

    it("by a function that none of them has, and are there when all have said so", async () => {
      answer = (_, callback) => {
        callback({ code: grpc.status.UNIMPLEMENTED, details: "no such function" });
      };
      await startProviders(address, [docker, dynamic], new AbortController().signal);
      assert.deepEqual(asked.sort(), [
        ["docker:index:landfallStart", "5.2.0", ""],
        ["pulumi-nodejs:index:landfallStart", "", ""],
      ]);
    });

    it("until the program needs none any more", async () => {
      answer = () => undefined;
      const needed = new AbortController();
      const started = startProviders(address, [docker], needed.signal);
      setTimeout(() => {
        needed.abort();
      }, 50);
      await started;
      assert.equal(Error.stackTraceLimit > 0, true);
    });

    it("in vain where the engine has gone", async () => {
      await startProviders("127.0.0.1:1", [docker], new AbortController().signal);
    });
  });
});
