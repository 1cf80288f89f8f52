import { test as base, type Page } from "@playwright/test";
import { Graph } from "./graph";
import { run, temporaryFolder } from "./program";

/** Somebody with an account. */
export type Person = { name: string; login: string; password: string };

/** The administrator of every office made here; invented, like everyone. */
export const admin: Person = {
  name: "Laura Méndez Ruiz",
  login: "laura",
  password: "manzana verde en la mesa",
};

/** The demonstration's administrator. */
export const demoAdmin: Person = { name: "Lucía Robles", login: "lucia", password: "demo-sitegroup" };

/** A running program that browsers can open. */
export type Program = { url: string };

/** An office that exists, for tests that are not about making one. */
export type Office = Program & { call: <T>(method: string, path: string, body?: unknown) => Promise<T> };

type TestFixtures = {
  /** A program without an office yet. */
  program: Program;
  /** A program with an office and its administrator. */
  office: Office;
  /** A Meta of its own for this test. */
  graph: Graph;
};

type WorkerFixtures = {
  /** The demonstration: an office full of invented people, shared by the tests of one worker, which leave it as it is. */
  demo: Program;
};

const address = /http:\/\/\S+/;

async function serve(args: string[], use: (program: Program) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const own = ["--data", folder.path, "--key-file", `${folder.path}/keys.json`, "--addr", "127.0.0.1:0"];
  const { line, stop } = await run([...args, ...own], address);
  const url = address.exec(line)?.[0] ?? "";
  try {
    await use({ url });
  } finally {
    await stop();
    await folder.remove();
  }
}

/** Calls the API of a program as a script would; answers the body. */
export async function call<T>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(token === "" ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as T;
}

/**
 * Prepares a page for a computer without a telephone: `tel:` and `mailto:` are noted and not followed, and a
 * chat opens no window. What would be opened is in `window.opened`.
 */
async function withoutTelephone(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const opened: string[] = [];
    Object.assign(window, { opened });
    window.open = (url) => {
      opened.push(String(url));
      return null;
    };
    type Leaving = Event & { destination: { url: string } };
    const { navigation } = window as unknown as { navigation: EventTarget };
    navigation.addEventListener("navigate", (event) => {
      const { url } = (event as Leaving).destination;
      if (!/^(tel|mailto):/.test(url)) return;
      event.preventDefault();
      opened.push(url);
    });
  });
}

/** What the page asked the system to open: calls, chats, mails. */
export function openedLinks(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { opened: string[] }).opened);
}

/** Playwright's test with our programs. A page that throws fails its test. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  page: async ({ page }, use) => {
    const thrown: string[] = [];
    page.on("pageerror", (error) => thrown.push(error.message));
    await withoutTelephone(page);
    await use(page);
    if (thrown.length > 0) throw new Error(`the page threw: ${thrown.join("; ")}`);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from the pattern
  program: async ({}, use) => {
    await serve(["serve"], use);
  },
  office: async ({ program }, use) => {
    const { url } = program;
    const { token } = await call<{ token: string }>(url, "", "POST", "/api/setup", {
      office_name: "Inmobiliaria Punta Clara",
      timezone: "America/Mexico_City",
      admin,
      language: "es-MX",
    });
    await use({ url, call: (method, path, body) => call(url, token, method, path, body) });
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  graph: async ({}, use) => {
    const graph = await Graph.start();
    await use(graph);
    await graph.stop();
  },
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      await serve(["demo", "--surface", "browser", "--every", "0"], use);
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect } from "@playwright/test";
