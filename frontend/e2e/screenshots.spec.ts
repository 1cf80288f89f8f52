import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { admin, call, demoAdmin, expect, type Office, test } from "./fixtures";
import type { Graph } from "./graph";
import { RelaySettings } from "./pages/relay-settings";
import { signInAs } from "./pages/sign-in";
import { admission, startRelay } from "./relay";
import { screens } from "./screens";

const folder = fileURLToPath(new URL("../../docs/img/", import.meta.url));
/** The documents show the first; its pictures carry no size in their names. */
const sizes = [
  { viewport: { width: 1280, height: 800 }, suffix: "" },
  { viewport: { width: 1920, height: 1080 }, suffix: "-1920" },
];

/** Connects an office with Meta and with a relay, over which a first lead comes: every switch can turn green. */
async function behindRelay({ call }: Office, graph: Graph, relay: string): Promise<void> {
  const questions = [{ type: "FULL_NAME" }, { type: "PHONE" }];
  const form = await graph.addForm({ page: graph.page, name: "Bosques del Encino, preventa", questions });
  const { code } = await call<{ code: string }>("POST", "/api/recovery/code");
  await call("POST", "/api/recovery/code/confirm", { code });
  const { appId: app_id, appSecret: app_secret, token, url: base_url } = graph;
  const connection = { app_id, app_secret, token, base_url };
  const { pages } = await call<{ pages: { id: string }[] }>("PUT", "/api/meta/connection", connection);
  for (const { id } of pages) await call("PATCH", `/api/meta/pages/${id}`, { active: true });
  await call("PUT", "/api/relay", { address: relay, admission });
  await call("POST", "/api/relay/subscribe");
  await graph.deliver({ min_delay: 0, max_delay: 0 });
  await graph.addLead({ form: form.id });
  const arrived = async () => (await call<{ items: unknown[] }>("GET", "/api/prospects")).items.length;
  await expect.poll(arrived).toBe(1);
}

/** Has the demonstration work from nine to seven while `run` looks at it: its clocks of office hours run. */
async function atWork(url: string, run: () => Promise<void>): Promise<void> {
  const { login, password } = demoAdmin;
  const { token } = await call<{ token: string }>(url, "", "POST", "/api/session", { login, password });
  const day = [{ from: "09:00", to: "19:00" }];
  const hours = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: [] };
  await call(url, token, "PATCH", "/api/turns", { hours });
  try {
    await run();
  } finally {
    await call(url, token, "PATCH", "/api/turns", { no_hours: true });
  }
}

/** Waits until nothing moves, and takes the picture. An animation that is cancelled is over as well. */
async function picture(page: Page, path: string): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  await page.mouse.move(0, 0);
  await page.screenshot({ path });
}

test.beforeAll(() => mkdir(folder, { recursive: true }));

for (const colorScheme of ["light", "dark"] as const) {
  for (const { viewport, suffix } of sizes) {
    test.describe(`${colorScheme} ${viewport.width}`, () => {
      test.use({ colorScheme, viewport });
      const path = (name: string) => `${folder}${name}-${colorScheme}${suffix}.png`;

      test("inicio", async ({ page, program }) => {
        await page.goto(program.url);
        await page.getByRole("button", { name: "Crear mi oficina" }).waitFor();
        await page.screenshot({ path: path("inicio") });
      });

      test("entrar", async ({ page, demo }) => {
        await page.goto(demo.url);
        await page.getByLabel("Usuario").waitFor();
        await page.screenshot({ path: path("entrar") });
      });

      for (const { name, hash, ready } of screens) {
        test(name, async ({ page, demo }) => {
          const take = async () => {
            await signInAs(page, demo, demoAdmin);
            await page.goto(`${demo.url}#${hash}`);
            await ready(page);
            await picture(page, path(name));
          };
          await (name === "respuesta" ? atWork(demo.url, take) : take());
        });
      }

      test("ajustes-relevo", async ({ page, office, graph }) => {
        const relay = await startRelay();
        try {
          await behindRelay(office, graph, relay.url);
          await page.setViewportSize({ width: viewport.width, height: 1160 }); // down to the last switch
          await signInAs(page, office, admin);
          await page.goto(`${office.url}#/ajustes/relevo`);
          await new RelaySettings(page).check();
          await picture(page, path("ajustes-relevo"));
        } finally {
          await relay.stop();
        }
      });
    });
  }
}
