/**
 * Starts Firefox and opens its tabs over WebDriver BiDi. One JSON object per line: `{command, ...}` in, `{result}` or
 * `{error}` out; ends with its standard input. Takes the path of Firefox from the environment.
 */
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const browsers = new Map();
const tabs = new Map();
let lastName = 0;

const commands = {
  /** With a fresh profile. Its pages' network traffic is not listened to: that would slow them down. */
  async launch() {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: process.env.BENCH_FIREFOX,
      headless: true,
      networkEnabled: false,
    });
    const name = `browser-${++lastName}`;
    browsers.set(name, browser);
    return name;
  },
  async version({ browser }) {
    return browsers.get(browser).version();
  },
  async open({ browser, url }) {
    const page = await browsers.get(browser).newPage();
    const name = `tab-${++lastName}`;
    tabs.set(name, page);
    await page.goto(url);
    return name;
  },
  async closeTab({ tab }) {
    await tabs.get(tab).close();
    tabs.delete(tab);
  },
  async close({ browser }) {
    await browsers.get(browser).close();
    browsers.delete(browser);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await commands[command](given)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
for (const browser of browsers.values()) await browser.close();
