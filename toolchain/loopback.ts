import * as grpc from "@grpc/grpc-js";

/** Has a server listen on a free port of the loopback interface, where only this machine reaches it, and tells the port. */
export function listenOnLoopback(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
