import * as grpc from "@grpc/grpc-js";

/** State and assets may be large: the engine sets no limit of its own either. */
export const UNLIMITED = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

/** Has a server listen on a free port of the loopback interface, where only this machine reaches it, and tells the port. */
export function listenOnLoopback(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
