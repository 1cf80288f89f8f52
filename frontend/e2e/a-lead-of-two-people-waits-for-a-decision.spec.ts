import { expectAccessible } from "./accessible";
import { admin, expect, test } from "./fixtures";
import { MetaSettings } from "./pages/meta-settings";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

const formName = "Lomas del Sauce, informes";

test("a lead with the phone of one person and the e-mail of another is decided in Salud", async ({
  page,
  office,
  graph,
}) => {
  const form = await graph.addForm({
    page: graph.page,
    name: formName,
    questions: [
      { label: "¿Qué zona te interesa?", key: "zona" },
      { type: "FULL_NAME", key: "full_name" },
      { type: "PHONE", key: "phone_number" },
      { type: "EMAIL", key: "email" },
    ],
  });
  const [first, second] = [person(1), person(2)];
  const send = (name: string, phone: string, email: string) =>
    graph.addLead({
      form: form.id,
      answers: { full_name: [name], phone_number: [phone], email: [email], zona: ["Norte"] },
    });
  const shell = new Shell(page);
  await signInAs(page, office, admin);
  await page.goto(`${office.url}#/ajustes/meta`);
  const meta = new MetaSettings(page);
  await meta.connect(graph);
  await send(first.name, first.phone, first.email);
  await send(second.name, second.phone, second.email);
  await send("Prueba Cruzada", first.phone, second.email);
  await graph.addLead({ form: form.id, answers: { full_name: ["Rota"] }, broken: true });
  await meta.pull(formName, /Llegó|Llegaron|Nada nuevo/);
  await shell.go("Salud");

  await test.step("it shows what came and whose it may be", async () => {
    const came = page.getByRole("region", { name: "Lo que llegó" });
    await expect(came).toContainText("Prueba Cruzada");
    await expect(came).toContainText(second.email);
    const decision = page.getByRole("region", { name: "¿De quién es?" });
    await expect(decision.getByRole("listitem").filter({ hasText: first.name })).toContainText("teléfono");
    await expect(decision.getByRole("listitem").filter({ hasText: second.name })).toContainText("correo");
    await expect(decision.getByRole("link", { name: first.name })).toBeVisible();
  });

  await test.step("a failed one shows what came too", async () => {
    await page.getByRole("button", { name: `Ver lo que llegó con el lead de ${formName}` }).click();
    await expect(page.getByRole("region", { name: "Lo que llegó" })).toHaveCount(2);
    await expectAccessible(page);
  });

  await test.step("a decision that was wrong is taken back", async () => {
    await page.getByRole("button", { name: `Es suya: ${first.name}` }).click();
    await shell.told(`La solicitud quedó con ${first.name}.`);
    await expect(page.getByRole("heading", { name: "Leads que esperan una decisión" })).toHaveCount(0);
    await page.getByRole("button", { name: "Deshacer" }).click();
    await expect(page.getByRole("button", { name: `Es suya: ${second.name}` })).toBeVisible();
  });

  await test.step("the decision takes it to that person's prospect, and nothing waits any longer", async () => {
    await page.getByRole("button", { name: `Es suya: ${second.name}` }).click();
    await shell.told(`La solicitud quedó con ${second.name}.`);
    await expect(page.getByRole("heading", { name: "Leads que esperan una decisión" })).toHaveCount(0);
    await shell.go("Prospectos");
    await page.getByRole("grid", { name: "Prospectos", exact: true }).getByText(second.name).click();
    const history = page.getByRole("region", { name: "Historial" });
    await expect(history.getByText("Llenó el formulario")).toHaveCount(2);
  });
});
