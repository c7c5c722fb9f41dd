// Draws a workflow of two hundred steps in Chromium and prints how long it took: `npm run bench:draw -w @blok/canvas`.
import { spawn } from "node:child_process";
import { build, preview } from "vite";

const count = Number(process.argv[2] ?? 200);
const options = {
  root: import.meta.dirname,
  configFile: `${import.meta.dirname}/vite.config.ts`,
  logLevel: "error",
};

let tell;
const told = new Promise(resolve => {
  tell = resolve;
});
const listener = {
  name: "listener",
  configurePreviewServer(server) {
    server.middlewares.use("/result", (request, response) => {
      tell(decodeURIComponent(request.url.slice(2)));
      response.end();
    });
  },
};

await build(options);
const server = await preview({ ...options, plugins: [listener], preview: { port: 0, host: "127.0.0.1" } });
const { port } = server.httpServer.address();
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--window-size=1440,900",
  "--remote-debugging-port=0",
];
const page = `http://127.0.0.1:${port}/?bench=${count}`;
const browser = spawn(process.env.CHROMIUM ?? "chromium", [...flags, page], { stdio: "ignore" });
const giveUp = setTimeout(() => tell("The page gave no result within a minute."), 60_000);
console.log(await told);
clearTimeout(giveUp);
browser.kill();
await server.close();
