// Scrolls the list and the board of a running program, searches the list, and writes what it found as JSON:
//   node e2e/measure-chromium.mjs <address> <login> <password>
// `make bench ONLY=scroll-100k` runs it on an office of 100,000 prospects.
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const [address, login, password] = process.argv.slice(2);

const system = process.env.SITEGROUP_CHROMIUM ?? "/usr/bin/chromium";

/** How long a list is loaded page after page before it is scrolled, in milliseconds. */
const loading = 45_000;

/** A frame that came in time: sixty a second, in tenths of a millisecond as the browser tells them. */
const inTime = 16.75;

/** A frame that took so long came instead of two. The browser's clock ticks in tenths, and of frames that all came with the
 *  screen some seem to take 16.8. */
const dropped = 25;

/** The value that so many of a hundred do not exceed. */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How many cards of one column are scrolled through. */
const cards = 5000;

/**
 * Brings everything that a person could have scrolled through, or `most` pixels of it: the more is held, the harder the
 * list has it. Answers its height, at whose top it stands then.
 */
const load = (list, most) =>
  list.evaluate(
    async (box, { patience, most }) => {
      const until = performance.now() + patience;
      const frame = () => new Promise(requestAnimationFrame);
      let height = 0;
      let still = 0;
      while (performance.now() < until && still < 60 && height < most) {
        box.scrollTop = box.scrollHeight;
        await frame();
        still = box.scrollHeight === height ? still + 1 : 0;
        height = box.scrollHeight;
      }
      box.scrollTop = 0;
      await frame();
      return height;
    },
    { patience: loading, most },
  );

/** Scrolls slowly and quickly; answers how long each frame took and what the page itself worked for one, in milliseconds. */
async function scroll(page, list) {
  const session = await page.context().newCDPSession(page);
  // Time of the processor, and not of the clock: what else this computer does is no work of the page.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  const before = await worked();
  const frames = await list.evaluate(async (box) => {
    const took = [];
    const by = (step, count) =>
      new Promise((done) => {
        let last;
        let left = count;
        const onFrame = (at) => {
          if (last !== undefined) took.push(at - last);
          last = at;
          box.scrollTop += step;
          left -= 1;
          if (left > 0 && box.scrollTop + box.clientHeight < box.scrollHeight) requestAnimationFrame(onFrame);
          else done();
        };
        requestAnimationFrame(onFrame);
      });
    await by(8, 300); // a slow wheel
    await by(60, 500); // a quick one
    await by(-60, 200);
    await by(400, 150); // a flick
    return took;
  });
  const work = ((await worked()) - before) * 1000;
  await session.detach();
  return {
    frames: frames.length,
    share: frames.filter((took) => took < inTime).length / frames.length,
    dropped: frames.filter((took) => took > dropped).length,
    work: work / frames.length,
  };
}

const browser = await chromium.launch({
  ...(existsSync(system) ? { executablePath: system } : {}),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "es-MX" });
  await page.goto(address);
  await page.getByLabel("Usuario").fill(login);
  await page.getByRole("textbox", { name: "Contraseña" }).fill(password);
  await page.getByRole("textbox", { name: "Contraseña" }).press("Enter");
  await page.getByRole("navigation", { name: "Pantallas" }).waitFor();

  await page.goto(`${address}#/embudo?open=all`);
  await page.locator("[data-card]").nth(3).waitFor();
  const column = page.locator("[data-place] [role=group]").first();
  const slot = 92;
  const held = Math.round((await load(column, cards * slot)) / slot);
  const board = { cards: held, ...(await scroll(page, column)) };

  await page.goto(`${address}#/prospectos?open=all`);
  const grid = page.getByRole("grid", { name: "Prospectos", exact: true });
  await grid.getByRole("row").nth(5).waitFor();
  const height = await load(grid, Number.MAX_SAFE_INTEGER);
  const row = await grid.locator('[role="row"][aria-rowindex="2"]').boundingBox();
  const list = { rows: Math.round(height / (row?.height ?? 36)), ...(await scroll(page, grid)) };

  const search = page.getByLabel("Buscar", { exact: false }).and(page.getByRole("textbox"));
  await page.evaluate(() => {
    window.paints = [];
    window.found = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.name === "keydown") window.paints.push(entry.duration);
      }
    }).observe({ type: "event", durationThreshold: 16, buffered: false });
    let pressed = 0;
    window.addEventListener(
      "keydown",
      () => {
        pressed = performance.now();
      },
      true,
    );
    const status = document.querySelector('[role="grid"]');
    new MutationObserver(() => {
      if (pressed === 0) return;
      const at = pressed;
      pressed = 0;
      requestAnimationFrame(() => requestAnimationFrame((now) => window.found.push(now - at)));
    }).observe(status, { childList: true, subtree: true, characterData: true });
  });
  await search.first().click();
  let keystrokes = 0;
  for (const words of ["garcia", "martinez lo", "rodriguez 44", "hernandez", "puebla", "sanchez 01"]) {
    for (const key of words) {
      await page.keyboard.press(key === " " ? "Space" : key);
      keystrokes += 1;
      await page.waitForTimeout(170);
    }
    await search.first().fill("");
    await page.waitForTimeout(400);
  }
  // Paints faster than the API tells of are counted as its shortest.
  const { paints, found } = await page.evaluate(() => ({ paints: window.paints, found: window.found }));
  const unseen = Array.from({ length: Math.max(0, keystrokes - paints.length) }, () => 16);
  process.stdout.write(
    JSON.stringify({
      list,
      board,
      keystrokes,
      paint: percentile([...paints, ...unseen], 0.95),
      found: percentile(found, 0.95),
    }),
  );
} finally {
  await browser.close();
}
