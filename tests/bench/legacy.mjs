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
const INSTANT = JSON.stringify({ fields: "x".repeat(2_700) });

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

/** Answers at once, with as much as a contact's data: what a `fetch` costs a page when the service costs nothing. */
const server = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "authorization, traceparent");
  response.setHeader("access-control-max-age", "7200");
  response.setHeader("cache-control", "no-store");
  response.setHeader("content-type", "application/json");
  response.end(request.method === "OPTIONS" ? "" : INSTANT);
});
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
  socket.on("instant", () => socket.emit("instant", INSTANT));
  socket.on("durations", (answer) => answer(durations.splice(0)));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
