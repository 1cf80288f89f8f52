import { Autocomplete } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { formatPhone } from "@/shared/lib/phones";

type PersonPickerProps = { label: string; not: readonly string[]; onPick: (id: string) => void };

/** Fewest letters that start a search. */
const shortest = 2;

/** A field that finds one more person. */
export function PersonPicker({ label, not, onPick }: PersonPickerProps) {
  const { t } = useTranslation("contacts");
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 120);
  const search = useQuery({
    queryKey: ["contacts", "pick", asked],
    queryFn: () => answer(api.GET("/api/contacts", { params: { query: { q: asked, limit: 8 } } })),
    enabled: asked.length >= shortest,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const people = (asked.length >= shortest ? (search.data?.items ?? []) : []).filter(
    ({ id }) => !not.includes(id),
  );
  const options = people.map(({ id, name, phone }) => ({
    value: id,
    label: [name === "" ? t("nameless") : name, phone === "" ? "" : formatPhone(phone)]
      .filter(Boolean)
      .join(" · "),
  }));
  return (
    <Autocomplete
      mt="md"
      maw={360}
      size="xs"
      label={label}
      placeholder={t("merge.pickHint")}
      value={text}
      maxLength={200}
      data={options.map((option) => option.label)}
      filter={({ options: all }) => all}
      onChange={setText}
      onOptionSubmit={(chosen) => {
        const found = options.find((option) => option.label === chosen);
        setText("");
        if (found !== undefined) onPick(found.value);
      }}
    />
  );
}
