import { Button, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { fieldError } from "@/shared/ui/fault-sentence";
import { useNow } from "@/shared/ui/use-now";
import classes from "./Setup.module.css";
import { type SetupValues, timeIn, zoneChoices } from "./setup-values";

type OfficeStepProps = {
  form: UseFormReturnType<SetupValues>;
  fault: unknown;
  onBack: () => void;
  onNext: () => void;
};

/** The office's name and time zone. */
export function OfficeStep({ form, fault, onBack, onNext }: OfficeStepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const now = new Date(useNow());
  const zoneName = (zone: string) =>
    t(`zone.${zone}` as never, { defaultValue: zone.replaceAll("_", " ") }) as string;
  const zones = zoneChoices(form.values.timezone).map((zone) => ({
    value: zone,
    label: `${zoneName(zone)} · ${timeIn(zone, now)}`,
  }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <h1 className={classes.title}>{t("office.title")}</h1>
      <p className={classes.why}>{t("office.why")}</p>
      <TextInput
        label={t("office.name")}
        placeholder={t("office.namePlaceholder")}
        required
        withAsterisk={false}
        autoFocus
        maxLength={120}
        {...form.getInputProps("officeName")}
        error={fieldError(fault, "office_name")}
      />
      <Select
        mt="md"
        label={t("office.zone")}
        description={t("office.zoneWhy")}
        data={zones}
        allowDeselect={false}
        searchable
        {...form.getInputProps("timezone")}
        error={fieldError(fault, "timezone")}
      />
      <div className={classes.actions}>
        <Button variant="subtle" onClick={onBack}>
          {common("action.back")}
        </Button>
        <Button type="submit" disabled={form.values.officeName.trim() === ""}>
          {common("action.next")}
        </Button>
      </div>
    </form>
  );
}
