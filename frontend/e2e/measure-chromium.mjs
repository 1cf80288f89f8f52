// Scrolls and searches the list of prospects of a running program and writes what it found as JSON:
//   node e2e/measure-chromium.mjs <address> <login> <password>
// `make bench ONLY=scroll-100k` runs it on an office of 100,000 prospects.
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const [address, login, password] = process.argv.slice(2);

const system = process.env.SITEGROUP_CHROMIUM ?? "/usr/bin/chromium";

/** How long the list is loaded page after page before it is scrolled, in milliseconds. */
const loading = 45_000;

/** A frame that came in time: sixty a second, in tenths of a millisecond as the browser tells them. */
const inTime = 16.75;

/** The value that so many of a hundred do not exceed. */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
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
  await page.goto(`${address}#/prospectos?open=all`);
  const grid = page.getByRole("grid", { name: "Prospectos", exact: true });
  await grid.getByRole("row").nth(5).waitFor();

  // Everything that a person could have scrolled through: the more rows are held, the harder the list has it.
  const rows = await grid.evaluate(async (list, patience) => {
    const until = performance.now() + patience;
    const frame = () => new Promise(requestAnimationFrame);
    let height = 0;
    let still = 0;
    while (performance.now() < until && still < 60) {
      list.scrollTop = list.scrollHeight;
      await frame();
      still = list.scrollHeight === height ? still + 1 : 0;
      height = list.scrollHeight;
    }
    list.scrollTop = 0;
    await frame();
    const row = list.querySelector('[role="row"][aria-rowindex="2"]');
    return Math.round(height / (row?.getBoundingClientRect().height ?? 36));
  }, loading);

  const frames = await grid.evaluate(async (list) => {
    const took = [];
    const scroll = (step, count) =>
      new Promise((done) => {
        let last;
        let left = count;
        const onFrame = (at) => {
          if (last !== undefined) took.push(at - last);
          last = at;
          list.scrollTop += step;
          left -= 1;
          if (left > 0 && list.scrollTop + list.clientHeight < list.scrollHeight)
            requestAnimationFrame(onFrame);
          else done();
        };
        requestAnimationFrame(onFrame);
      });
    await scroll(8, 300); // a slow wheel
    await scroll(60, 500); // a quick one
    await scroll(-60, 200);
    await scroll(400, 150); // a flick
    return took;
  });

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
      rows,
      frames: frames.length,
      share: frames.filter((took) => took < inTime).length / frames.length,
      keystrokes,
      paint: percentile([...paints, ...unseen], 0.95),
      found: percentile(found, 0.95),
    }),
  );
} finally {
  await browser.close();
}
