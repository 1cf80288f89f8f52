import { expectAccessible } from "./accessible";
import { admin, expect, test } from "./fixtures";
import { ProspectPage } from "./pages/prospect-page";
import { Shell } from "./pages/shell";
import { SignIn, signInAs } from "./pages/sign-in";

test("an administrator sets who takes turns, sees who is next, and shares the tray out", async ({
  page,
  office,
}) => {
  const password = "naranja dulce de enero";
  for (const [login, name] of [
    ["ana", "Ana Prieto"],
    ["beto", "Beto Salas"],
  ]) {
    await office.call("POST", "/api/users", { login, name, role: "seller", password });
  }
  await page.clock.install();
  await page.clock.resume();
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

  await test.step("a second rule is moved up with the keyboard, and decides first", async () => {
    await office.call("POST", "/api/turns/rules", {
      name: "Toda la región",
      cities: "Cholula",
      otherwise: "default",
      active: true,
    });
    const rules = section("Reglas").getByRole("listitem");
    await expect(rules.nth(1)).toContainText("Toda la región");
    await section("Reglas").getByRole("button", { name: "Subir «Toda la región»" }).focus();
    await page.keyboard.press("Enter");
    await expect(rules.nth(0)).toContainText("Toda la región");
    await expect(next.getByText(/Regla Toda la región · Todos los vendedores/)).toBeVisible();
    // The keyboard stays with the rule that it moved.
    await expect(section("Reglas").getByRole("button", { name: "Subir «Toda la región»" })).toBeFocused();
    await section("Reglas").getByRole("button", { name: "Bajar «Toda la región»" }).focus();
    await page.keyboard.press("Enter");
    await expect(rules.nth(1)).toContainText("Toda la región");
    await expect(next.getByText(/Regla Puebla · Norte/)).toBeVisible();
  });

  await test.step("a cap that is reached, and a holiday, say so", async () => {
    const dialog = page.getByRole("dialog", { name: "Turnos de Beto Salas" });
    await page.getByRole("button", { name: "Editar los turnos de Beto Salas" }).click();
    await dialog.getByLabel("Tope al día").fill("1");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await shell.told("Guardado para Beto Salas.");
    await office.call("POST", "/api/prospects", {
      name: "Elvira Cano",
      phones: ["55 5512 0198"],
      emails: [],
      city: "Puebla",
    });
    await expect(next.getByText("Esperaría en la bandeja. Llegó a su tope del día.")).toBeVisible();
    await page.keyboard.press("Control+z");
    await expect(next.getByText("Le toca a Beto Salas.")).toBeVisible();

    const holidays = section("Días festivos");
    const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Mexico_City" }).format(new Date());
    await holidays.getByLabel("Día", { exact: true }).fill(today);
    await holidays.getByLabel("Nombre, si quieres").fill("Aniversario");
    await holidays.getByRole("button", { name: "Agregar día" }).click();
    await expect(holidays.getByText("Aniversario")).toBeVisible();
    await expect(next.getByText("Esperaría en la bandeja. Día festivo.")).toBeVisible();
    await page.keyboard.press("Control+z");
    await expect(next.getByText("Le toca a Beto Salas.")).toBeVisible();
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

  await test.step("whoever takes a prospect away says why", async () => {
    await page.goto(`${office.url}#/prospectos`);
    await expect(tray).toContainText("1 sin vendedor");
    await page.getByRole("grid", { name: "Prospectos", exact: true }).getByText("Elvira Cano").click();
    await page.getByRole("button", { name: "Vendedor: Beto Salas" }).click();
    await page.getByRole("menuitemradio", { name: "Ana Prieto" }).click();
    const dialog = page.getByRole("dialog", { name: "Pasar a Ana Prieto" });
    await dialog.getByRole("button", { name: "Reasignar" }).click();
    await expect(dialog.getByText("Elige un motivo.")).toBeVisible();
    await dialog.getByRole("radio", { name: "La persona lo pidió" }).check();
    await dialog.getByLabel("Algo más, si quieres").fill("habla inglés");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Reasignar" }).click();
    await shell.told("Ahora lo atiende Ana Prieto.");
    await new ProspectPage(page).expectHistory("La persona lo pidió: habla inglés");
  });

  await test.step("who leaves hands over everybody, in one change", async () => {
    await page.goto(`${office.url}#/ajustes/usuarios`);
    await page.getByRole("button", { name: "Acciones de Ana Prieto" }).click();
    await page.getByRole("menuitem", { name: "Desactivar" }).click();
    const dialog = page.getByRole("dialog", { name: "Prospectos de Ana Prieto" });
    await expect(dialog.getByText(/tiene 1 prospecto abierto/)).toBeVisible();
    await expect(dialog.getByLabel("Motivo")).toHaveValue("Ya no trabaja aquí");
    await expectAccessible(page);
    await dialog.getByRole("radio", { name: "A la bandeja, sin vendedor" }).check();
    await dialog.getByRole("button", { name: "Entregar" }).click();
    await shell.told("1 espera en la bandeja, sin vendedor.");
    const offer = async () => {
      await page.getByRole("button", { name: "Acciones de Ana Prieto" }).click();
      await page.getByRole("menuitem", { name: "Entregar sus prospectos" }).click();
    };
    await offer();
    await expect(dialog.getByText("Ana Prieto no tiene prospectos abiertos.")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await page.keyboard.press("Control+z");
    await shell.told("Deshecho.");
    await offer();
    await expect(dialog.getByText(/tiene 1 prospecto abierto/)).toBeVisible();
    await dialog.getByRole("button", { name: "Ahora no" }).click();
    await page.getByRole("button", { name: "Acciones de Ana Prieto" }).click();
    await page.getByRole("menuitem", { name: "Reactivar" }).click();
    await shell.told("Ana Prieto puede entrar de nuevo.");
    await page.goto(`${office.url}#/bandeja`);
    await expect(tray).toContainText("1 sin vendedor");
  });

  await test.step("its former seller and the new one are told, and the new one is reminded", async () => {
    const day = [{ from: "00:00", to: "24:00" }]; // an office without hours reminds by day only
    const hours = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
    await office.call("PATCH", "/api/turns", { hours });
    const told = async (login: string, name: string, sentence: string) => {
      await shell.signOut(name);
      await new SignIn(page).as({ login, password });
      await page.getByRole("button", { name: /1 aviso sin ver/ }).click();
      const list = page.getByRole("dialog", { name: "Recordatorios" });
      await expect(list.getByText(sentence)).toBeVisible();
      return list;
    };
    const beto = await told(
      "beto",
      admin.name,
      "Laura Méndez Ruiz pasó un prospecto a Ana Prieto. «La persona lo pidió: habla inglés»",
    );
    await beto.getByRole("button", { name: /^Visto: / }).click();
    await shell.told("Aviso visto");
    await expect(beto.getByText("Ningún aviso nuevo.")).toBeVisible();
    await page.keyboard.press("Escape");
    const ana = await told(
      "ana",
      "Beto Salas",
      "Laura Méndez Ruiz te pasó Elvira Cano, que atendía Beto Salas. «La persona lo pidió: habla inglés»",
    );
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.clock.fastForward("06:00");
    // The list opens by itself when the page notices that it was away.
    await expect(async () => {
      if (!(await ana.isVisible())) await page.getByRole("button", { name: /^Recordatorios: 1/ }).click();
      await expect(ana.getByText(/^Sin atender/)).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await ana.getByRole("button", { name: "Recordarme después: Elvira Cano" }).click();
    await ana.getByRole("button", { name: "10 min", exact: true }).click();
    await shell.told("Recordatorio pospuesto");
    await page.keyboard.press("Control+z");
    await ana.getByRole("link", { name: "Atender a Elvira Cano" }).click();
    await expect(ana).toBeHidden();
    await page.getByText(/Por qué me tocó: lo asignó un administrador/).waitFor();
  });
});
