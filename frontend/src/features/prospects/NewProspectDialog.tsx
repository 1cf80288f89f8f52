import { Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import { usersQuery } from "@/shared/api/users";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { FormFoot } from "@/shared/ui/FormFoot";
import { fieldError } from "@/shared/ui/fault-sentence";
import { undoable } from "@/shared/ui/undo-toast";
import { PhoneFeedback } from "./PhoneFeedback";

type NewProspectDialogProps = { opened: boolean; onClose: () => void };

/** A prospect typed in by hand: a walk-in, a call, a recommendation. */
export function NewProspectDialog({ opened, onClose }: NewProspectDialogProps) {
  const { t } = useTranslation("prospects");
  return (
    <Modal opened={opened} onClose={onClose} title={t("new.title")} size="md">
      <NewProspectForm onClose={onClose} />
    </Modal>
  );
}

const blank = { name: "", phone: "", email: "", city: "", note: "", owner: "" };

function NewProspectForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: blank,
    validate: {
      name: (value, { phone, email }) => ((value + phone + email).trim() === "" ? t("new.someData") : null),
    },
  });
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const sellers = users.filter(({ role, active }) => role === "seller" && active);
  const create = useMutation({
    mutationFn: ({ name, phone, email, city, note, owner }: typeof blank) => {
      const body = {
        name: name.trim(),
        phones: phone.trim() === "" ? [] : [phone.trim()],
        emails: email.trim() === "" ? [] : [email.trim()],
        ...(city.trim() === "" ? {} : { city: city.trim() }),
        ...(note.trim() === "" ? {} : { note: note.trim() }),
        ...(isAdmin ? { owner_id: owner } : {}),
      };
      return undoable(
        async () => {
          const made = await answer(api.POST("/api/prospects", { body }));
          // Somebody else's: their seller is told of it, and that is not ours to take back.
          return made.id === "" ? { ...made, tx_id: "" } : made;
        },
        ({ id, linked }) => t(id === "" ? "new.taken" : linked ? "new.linked" : "new.done"),
      );
    },
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["prospects"] });
      onClose();
      if (id !== "") void navigate({ to: "/prospectos/$id", params: { id } });
    },
  });
  const fault = (field: string) => fieldError(create.error, field);
  const ownField = ["name", "phones", "emails", "city"].some((field) => fault(field) !== undefined);
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput
          label={t("data.name")}
          data-autofocus
          autoComplete="off"
          {...form.getInputProps("name")}
          error={form.errors.name ?? fault("name")}
        />
        <TextInput
          label={t("data.phone")}
          type="tel"
          autoComplete="off"
          placeholder={t("new.phoneHint")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          {...form.getInputProps("phone")}
          description={<PhoneFeedback raw={form.values.phone} />}
          error={fault("phones")}
        />
        <TextInput
          label={t("data.email")}
          type="email"
          autoComplete="off"
          {...form.getInputProps("email")}
          error={fault("emails")}
        />
        <TextInput
          label={t("data.city")}
          autoComplete="off"
          {...form.getInputProps("city")}
          error={fault("city")}
        />
        {isAdmin && (
          <Select
            label={t("column.seller")}
            description={form.values.owner === "" ? t("new.byTurnHint") : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={[
              { value: "", label: t("new.byTurn") },
              ...sellers.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            allowDeselect={false}
            {...form.getInputProps("owner")}
          />
        )}
        <Textarea label={t("data.note")} autosize minRows={2} maxRows={6} {...form.getInputProps("note")} />
        {!ownField && <ErrorNotice error={create.error} />}
        <FormFoot onCancel={onClose} saving={create.isPending} save={t("new.save")} />
      </Stack>
    </form>
  );
}
