import { admin, expect, test } from "./fixtures";
import { noteNotifications, notified } from "./notifications";
import { MetaSettings } from "./pages/meta-settings";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

const formName = "Lomas del Sauce, informes";

test("a new lead is announced with its name, and without it when names are hidden", async ({
  page,
  office,
  graph,
}) => {
  const form = await graph.addForm({
    page: graph.page,
    name: formName,
    questions: [
      { type: "FULL_NAME", key: "full_name" },
      { type: "PHONE", key: "phone_number" },
    ],
  });
  await noteNotifications(page);
  await signInAs(page, office, admin);
  const meta = new MetaSettings(page);
  const send = async (n: number) => {
    const { name, phone } = person(n);
    await graph.addLead({ form: form.id, answers: { full_name: [name], phone_number: [phone] } });
    await page.goto(`${office.url}#/ajustes/meta`);
    await meta.pull(formName, /Llegó|Llegaron|Nada nuevo/);
  };
  const hideNames = page.getByRole("switch", { name: "Ocultar nombres en los avisos" });

  await test.step("by name and form, also when somebody asks again", async () => {
    await page.goto(`${office.url}#/ajustes/meta`);
    await meta.connect(graph);
    await send(1);
    await expect.poll(() => notified(page)).toEqual([`Nuevo prospecto | ${person(1).name} · ${formName}`]);
    await send(1);
    await expect
      .poll(async () => (await notified(page)).slice(1))
      .toEqual([`Volvió a preguntar | ${person(1).name} · ${formName}`]);
  });

  await test.step("without name, phone and form once names are hidden", async () => {
    await page.goto(`${office.url}#/ajustes/mi-cuenta`);
    await hideNames.press("Space");
    await expect(hideNames).toBeChecked();
    await send(2);
    await expect
      .poll(async () => (await notified(page)).slice(2))
      .toEqual(["Nuevo prospecto | Ábrelo para ver quién es."]);
    await send(2);
    await expect
      .poll(async () => (await notified(page)).slice(3))
      .toEqual(["Volvió a preguntar | Ábrelo para ver quién es."]);
  });
});
