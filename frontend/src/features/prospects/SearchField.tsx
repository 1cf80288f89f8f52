import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./SearchField.module.css";

/** What a text asks for: one letter alone is the beginning of a word, and asks for nothing yet. */
function wordsOf(typed: string): string {
  const words = typed.trim();
  return [...words].length === 1 ? "" : words;
}

type SearchFieldProps = {
  label: string;
  value: string;
  /** How long after the last key the search is asked, in milliseconds. */
  pause: number;
  onSearch: (q: string) => void;
};

/** Searches as one types; the address follows a moment after the last key. */
export function SearchField({ label, value, pause, onSearch }: SearchFieldProps) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const [typed, setTyped] = useState(value);
  const asked = useRef(value);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => {
    const words = wordsOf(typed);
    if (words === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = words;
      latest.current(asked.current);
    }, pause);
    return () => clearTimeout(timer);
  }, [typed, pause]);
  useEffect(() => {
    // The address changed by other means than typing: cleared filters, a link, the way back.
    if (value === asked.current) return;
    asked.current = value;
    setTyped(value);
  }, [value]);
  return (
    <TextInput
      className={classes.search}
      size="xs"
      aria-label={label}
      placeholder={t("filter.searchHint")}
      leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
      rightSection={
        typed !== "" && (
          <CloseButton size="xs" aria-label={common("action.clear")} onClick={() => setTyped("")} />
        )
      }
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
