import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sourcesQuery } from "./turn-queries";

/** Something leads come from. */
export type Source = { id: string; name: string };

/** Where a lead comes from, as far as it is asked for. */
export type Sources = { form: Source; campaign: Source; page: Source };

/** Asks for nothing. */
export const anySource: Sources = {
  form: { id: "", name: "" },
  campaign: { id: "", name: "" },
  page: { id: "", name: "" },
};

type SourceFieldsProps = {
  value: Sources;
  onChange: (value: Sources) => void;
  className?: string | undefined;
};

/** Form, campaign and page, each of which may be left open. */
export function SourceFields({ value, onChange, className }: SourceFieldsProps) {
  const { t } = useTranslation("turns");
  const known = useQuery(sourcesQuery).data;
  const lists = { form: known?.forms, campaign: known?.campaigns, page: known?.pages };
  return (["form", "campaign", "page"] as const).map((kind) => {
    // What a rule asks for stays among the choices also when no lead comes from it any more.
    const choices = new Map([value[kind], ...(lists[kind] ?? [])].map((one) => [one.id, one]));
    choices.delete("");
    return (
      <Select
        key={kind}
        className={className ?? ""}
        label={t(`source.${kind}`)}
        placeholder={t("source.any")}
        nothingFoundMessage={t("source.none")}
        data={[...choices.values()].map(({ id, name }) => ({ value: id, label: name || id }))}
        value={value[kind].id || null}
        onChange={(id) => onChange({ ...value, [kind]: choices.get(id ?? "") ?? anySource[kind] })}
        searchable
        clearable
      />
    );
  });
}
