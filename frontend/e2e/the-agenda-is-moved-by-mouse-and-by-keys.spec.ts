import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { expect, type Office, type Person, test } from "./fixtures";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

const seller: Person = { name: "Jorge Peña Salas", login: "jorge", password: "ciruela roja en el patio" };

type Item = { id: string; due_at: string | null; due_on: string | null; minutes: number | null };

/** A day of the coming week by the browser's calendar: 0 is its Monday. */
const dayOfWeek = (page: Page, n: number) =>
  page.evaluate((index) => {
    const now = new Date();
    const at = new Date(
      now.getFullYear(),
      now.getMonth(),
      now.getDate() + 7 - ((now.getDay() + 6) % 7) + index,
    );
    const pad = (part: number) => String(part).padStart(2, "0");
    return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  }, n);

/** That time of that day in the browser's zone, as the API writes it. */
const instant = (page: Page, day: string, time: string) =>
  page.evaluate((text) => new Date(text).toISOString(), `${day}T${time}`);

async function plan({ call }: Office, owner: string, n: number, step: object): Promise<string> {
  const { name, phone } = person(n);
  const body = { name, phones: [phone], emails: [], owner_id: owner };
  const { id } = await call<{ id: string }>("POST", "/api/prospects", body);
  const made = await call<{ id: string }>("POST", `/api/prospects/${id}/activities`, {
    done: false,
    ...step,
  });
  return made.id;
}

test("a seller moves a visit by mouse and by keys, and takes it back", async ({ page, office }) => {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  await signInAs(page, office, seller);

  await test.step("an empty week offers to plan something, without a mouse as well", async () => {
    await page.goto(`${office.url}#/agenda`);
    await expect(page.getByText("Nada pendiente esta semana.")).toBeVisible();
    await page.getByRole("button", { name: /^Agendar una actividad/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Nueva actividad" }).getByLabel("Prospecto").first().waitFor();
    await page.keyboard.press("Escape");
  });
  const wednesday = await dayOfWeek(page, 2);
  const thursday = await dayOfWeek(page, 3);
  const ten = await instant(page, wednesday, "10:00");
  const visit = await plan(office, owner, 1, { kind: "visit", body: "Casa muestra", due_at: ten });
  const dated = await plan(office, owner, 2, { kind: "task", due_on: wednesday });
  await plan(office, owner, 3, { kind: "call", due_at: "2026-01-05T16:00:00.000Z" });
  const shell = new Shell(page);
  const now = async (id: string): Promise<Item | undefined> => {
    const [from, to] = [await dayOfWeek(page, 0), await dayOfWeek(page, 7)];
    const query = new URLSearchParams({
      from,
      to,
      from_at: await instant(page, from, "00:00"),
      to_at: await instant(page, to, "00:00"),
    });
    const { items } = await office.call<{ items: Item[] }>("GET", `/api/agenda?${query}`);
    return items.find((item) => item.id === id);
  };
  await page.goto(`${office.url}#/agenda?dia=${wednesday}`);
  const item = page.getByRole("button", { name: `Visita, ${person(1).name}` });
  await expect(item).toBeVisible();
  await expectAccessible(page);

  await test.step("what is overdue has a lane of its own, and goes from there to a day", async () => {
    const lane = page.getByRole("region", { name: "1 atrasada" });
    const late = lane.getByRole("button", { name: `Llamada, ${person(3).name}` });
    await late.focus();
    await page.keyboard.press("m");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Escape");
    await expect(late).toBeFocused();
    for (const key of ["m", "ArrowRight", "Enter"]) await page.keyboard.press(key);
    const tuesday = page.locator(`[data-day="${await dayOfWeek(page, 1)}"]`);
    const moved = tuesday.getByRole("button", { name: new RegExp(`^Llamada, ${person(3).name}.*10:00`) });
    await expect(moved).toBeFocused();
    await expect(lane).toBeHidden();
    await page.getByRole("button", { name: "Deshacer" }).click();
    const from = await late.boundingBox();
    const into = await tuesday.last().boundingBox();
    if (from === null || into === null) throw new Error("nothing to drag");
    await page.mouse.move(from.x + 20, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(into.x + 40, from.y + 200, { steps: 8 });
    await page.mouse.up();
    await expect(tuesday.getByRole("button", { name: `Llamada, ${person(3).name}` })).toBeVisible();
    await page.getByRole("button", { name: "Deshacer" }).last().click();
    await expect(late).toBeVisible();
  });

  await test.step("dragged to noon of the next day, and taken back", async () => {
    const from = await item.boundingBox();
    const column = await page.locator(`[data-day="${thursday}"]:not([data-dates])`).boundingBox();
    if (from === null || column === null) throw new Error("nothing to drag");
    await page.mouse.move(from.x + 20, from.y + 4);
    await page.mouse.down();
    await page.mouse.move(column.x + 40, from.y + 40, { steps: 5 });
    await page.mouse.move(column.x + 40, from.y + 4 + 2 * 48, { steps: 5 });
    await page.mouse.up();
    await shell.told("Reagendado.");
    const noon = await instant(page, thursday, "12:00");
    await expect.poll(async () => (await now(visit))?.due_at).toBe(noon);
    await page.getByRole("button", { name: "Deshacer" }).click();
    await expect.poll(async () => (await now(visit))?.due_at).toBe(ten);
  });

  await test.step("by keys: taken, moved a day and half an hour, put down", async () => {
    await item.focus();
    await page.keyboard.press("m");
    for (const key of ["ArrowRight", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await expect(item).toBeFocused();
    await page.keyboard.press("Enter");
    const later = await instant(page, thursday, "10:30");
    await expect.poll(async () => (await now(visit))?.due_at).toBe(later);
  });

  await test.step("made longer by its edge and by keys, it still begins when it did", async () => {
    const edge = await item.boundingBox();
    if (edge === null) throw new Error("nothing to drag");
    await page.mouse.move(edge.x + 20, edge.y + edge.height - 3);
    await page.mouse.down();
    await page.mouse.move(edge.x + 20, edge.y + edge.height + 20, { steps: 4 });
    await page.mouse.up();
    await shell.told("Duración cambiada.");
    await expect.poll(async () => (await now(visit))?.minutes).toBe(90);
    await item.focus();
    await page.keyboard.press("m");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await now(visit))?.minutes).toBe(105);
    expect((await now(visit))?.due_at).toBe(await instant(page, thursday, "10:30"));
  });

  await test.step("Escape leaves it where it was", async () => {
    await item.focus();
    await page.keyboard.press("m");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Escape");
    await expect(
      page.locator(`[data-day="${thursday}"]`).getByRole("button", { name: /^Visita/ }),
    ).toBeVisible();
    expect((await now(visit))?.due_at).toBe(await instant(page, thursday, "10:30"));
  });

  await test.step("what has only a date moves by days and stays a date", async () => {
    await page.getByRole("button", { name: `Tarea, ${person(2).name}` }).focus();
    await page.keyboard.press("m");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await now(dated))?.due_on).toBe(thursday);
    expect((await now(dated))?.due_at).toBeNull();
  });

  await test.step("a click on an hour plans something then", async () => {
    const friday = await dayOfWeek(page, 4);
    await page
      .locator(`[data-day="${friday}"]:not([data-dates]) > button`)
      .first()
      .click({ position: { x: 30, y: 15 * 48 + 5 } });
    const dialog = page.getByRole("dialog", { name: "Nueva actividad" });
    await dialog.getByLabel("Prospecto").first().fill(person(1).name.slice(0, 6));
    await page.getByRole("option", { name: new RegExp(person(1).name) }).click();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Agendar" }).click();
    await shell.told("Planeado: Cita.");
    await expect(
      page
        .locator(`[data-day="${friday}"]`)
        .getByRole("button", { name: new RegExp(`^Cita, ${person(1).name}.*15:00`) }),
    ).toBeVisible();
  });

  await test.step("the week goes into a file for other calendars", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Calendario (.ics)" }).click(),
    ]);
    const content = await readFile(await download.path(), "utf8");
    expect(download.suggestedFilename()).toMatch(/^agenda-\d{4}-\d\d-\d\d\.ics$/);
    expect(content.match(/BEGIN:VEVENT\r\n/g)).toHaveLength(3);
    const end = (await instant(page, thursday, "12:15")).replaceAll(/[-:]|\.000/g, "");
    expect(content).toContain(`DTEND:${end}\r\n`);
    expect(content).not.toContain("Casa muestra");
  });
});
