/**
 * The legacy way, as the desktop program does it: pages come over a local Socket.IO 2 connection, each question goes on
 * to easyCIM over HTTP, and the answer goes back under the method's name.
 * Takes the service's address and a token from the environment, prints its own address, ends with its standard input.
 * On `durations` it tells how long its own requests took, in ms: what the service itself needs, seen from next door.
 */
import { Agent, createServer, get } from "node:http";
import socketServer from "socket.io";

const { BENCH_SERVICE: service, BENCH_TOKEN: token } = process.env;
const agent = new Agent({ keepAlive: true });
const durations = [];

function contactInfo(ecid) {
  return new Promise((resolve, reject) => {
    const url = `${service}/easycim/v1/contacts/${encodeURIComponent(ecid)}`;
    const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(parts).toString())));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

const server = createServer();
socketServer(server).on("connection", (socket) => {
  socket.on("getContactInfoWS", async (ecid) => {
    const startedAt = performance.now();
    try {
      const answer = await contactInfo(ecid);
      durations.push(performance.now() - startedAt);
      socket.emit("getContactInfoWS", answer);
    } catch (error) {
      socket.emit("getContactInfoWS", { error: String(error) });
    }
  });
  socket.on("durations", (answer) => answer(durations.splice(0)));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
