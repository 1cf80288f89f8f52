import { admin, expect, test } from "./fixtures";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";

test("an administrator sets who takes turns, sees who is next, and shares the tray out", async ({
  page,
  office,
}) => {
  for (const [login, name] of [
    ["ana", "Ana Prieto"],
    ["beto", "Beto Salas"],
  ]) {
    const password = "naranja dulce de enero";
    await office.call("POST", "/api/users", { login, name, role: "seller", password });
  }
  await signInAs(page, office, admin);
  await page.goto(`${office.url}#/ajustes/turnos`);
  const shell = new Shell(page);
  const section = (name: string) => page.getByRole("region", { name, exact: true });
  const next = section("Quién sigue");

  await test.step("hours that overlap are refused in words, and good ones are taken back", async () => {
    const hours = section("Horario de la oficina");
    await hours.getByText("Con horario", { exact: true }).click();
    await hours.getByRole("button", { name: "Agregar horas el Lunes" }).click();
    await hours.getByLabel("Lunes, desde").last().fill("17:00");
    await hours.getByLabel("Lunes, hasta").last().fill("20:00");
    await hours.getByRole("button", { name: "Guardar horario" }).click();
    await expect(hours.getByText(/Dos horarios del mismo día se enciman/)).toBeVisible();
    await hours.getByRole("button", { name: "Quitar horas del Lunes" }).last().click();
    await hours.getByRole("button", { name: "Guardar horario" }).click();
    await shell.told("Horario de la oficina guardado.");
    await page.keyboard.press("Control+z");
    await expect(hours.getByRole("radio", { name: "Día y noche" })).toBeChecked();
  });

  await test.step("a group and a rule for a city decide who is next", async () => {
    await section("Grupos").getByRole("button", { name: "Nuevo grupo" }).click();
    const group = page.getByRole("dialog", { name: "Nuevo grupo" });
    await group.getByLabel("Nombre").fill("Norte");
    await group.getByRole("checkbox", { name: "Beto Salas" }).check();
    await group.getByRole("button", { name: "Guardar" }).click();
    await expect(section("Grupos").getByText("Beto Salas")).toBeVisible();
    await section("Reglas").getByRole("button", { name: "Nueva regla" }).click();
    const rule = page.getByRole("dialog", { name: "Nueva regla" });
    await rule.getByLabel("Nombre").fill("Puebla");
    await rule.getByLabel("Ciudades").fill("Puebla, Cholula");
    await rule.getByLabel("Le toca a").first().click();
    await page.getByRole("option", { name: "Norte" }).click();
    await rule.getByLabel("Si nadie de ahí puede").first().click();
    await page.getByRole("option", { name: "Espera en la bandeja" }).click();
    await rule.getByRole("button", { name: "Guardar" }).click();
    await expect(section("Reglas").getByText(/Ciudad: Puebla, Cholula → Norte/)).toBeVisible();
    await next.getByLabel("Ciudad").fill("CHOLULA");
    await expect(next.getByText("Le toca a Beto Salas.")).toBeVisible();
    await expect(next.getByText(/Regla Puebla · Norte/)).toBeVisible();
  });

  await test.step("an absence says on which days nobody is left", async () => {
    const absences = section("Ausencias");
    await absences.getByRole("button", { name: "Nueva ausencia" }).click();
    const dialog = page.getByRole("dialog", { name: "Nueva ausencia" });
    await dialog.getByLabel("Vendedor").first().click();
    await page.getByRole("option", { name: "Beto Salas" }).click();
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await expect(absences.getByText("Días en que nadie recibe leads")).toBeVisible();
    await expect(next.getByText("Esperaría en la bandeja. Ausente.")).toBeVisible();
  });

  await office.call("POST", "/api/prospects", {
    name: "Rosa Alcántara",
    phones: ["55 5512 0199"],
    emails: [],
    city: "Puebla",
  });
  const tray = section("Sin vendedor");

  await test.step("what waits is shared out once somebody can take it, and taken back", async () => {
    await page.goto(`${office.url}#/bandeja`);
    await expect(tray).toContainText("1 sin vendedor · Ausente");
    await tray.getByRole("button", { name: "Repartir" }).click();
    await expect(page.getByText(/Nadie puede recibirlos ahora/)).toBeVisible();
    await page.goto(`${office.url}#/ajustes/turnos`);
    await page.getByRole("button", { name: /^Quitar la ausencia de Beto Salas/ }).click();
    await expect(next.getByText("Quién sigue")).toBeVisible();
    await expect(page.getByText("Nadie tiene ausencias anotadas.")).toBeVisible();
    await page.goto(`${office.url}#/bandeja`);
    await tray.getByRole("button", { name: "Repartir" }).click();
    await expect(page.getByText("1 repartido.")).toBeVisible();
    await expect(tray).toBeHidden();
    await page.keyboard.press("Control+z");
    await expect(tray).toContainText("1 sin vendedor");
  });
});
