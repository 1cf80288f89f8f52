import { TextInput } from "@mantine/core";
import { Fragment, type KeyboardEvent, type Ref, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { addressPieces } from "@/shared/lib/text";
import classes from "./EditableText.module.css";

type EditableTextProps = {
  /** What it is, for the field and for screen readers: "Nombre". */
  label: string;
  value: string;
  /** Called with the trimmed text when it really changed. */
  onSave: (value: string) => void;
  /** What is read while not editing, when that differs from the text; for a phone its usual form. */
  shown?: string;
  /** Stands quietly where there is nothing yet. */
  placeholder: string;
  /** An empty text is no change. */
  required?: boolean;
  type?: "text" | "tel" | "email";
  trigger?: Ref<HTMLButtonElement>;
};

/** A text that turns into a field where it stands. Enter or leaving saves, Escape does not. */
export function EditableText(props: EditableTextProps) {
  const {
    label,
    value,
    onSave,
    shown = value,
    placeholder,
    required = false,
    type = "text",
    trigger,
  } = props;
  const { t } = useTranslation("prospects");
  const [draft, setDraft] = useState<string | null>(null);
  // The key that ends the typing leaves the focus on what was typed.
  const byKey = useRef(false);
  if (draft === null) {
    const empty = value === "";
    return (
      <button
        type="button"
        ref={trigger}
        className={classes.text}
        // biome-ignore lint/a11y/noAutofocus: the focus was here before the field took it
        autoFocus={byKey.current}
        data-empty={empty}
        aria-label={empty ? placeholder : t("data.editValue", { label, value: shown })}
        title={t("data.edit")}
        onClick={() => {
          byKey.current = false;
          setDraft(value);
        }}
      >
        {empty ? placeholder : type === "email" ? <Address text={shown} /> : shown}
      </button>
    );
  }
  const finish = (save: boolean) => {
    setDraft(null);
    const text = draft.trim();
    if (save && text !== value && !(required && text === "")) onSave(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    byKey.current = true;
    finish(event.key === "Enter");
  };
  return (
    <TextInput
      className={classes.field}
      size="xs"
      autoFocus
      aria-label={label}
      autoComplete="off"
      type={type}
      maxLength={300}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => finish(true)}
      onKeyDown={onKeyDown}
    />
  );
}

/** An address that a narrow column breaks between its words, not within them. */
function Address({ text }: { text: string }) {
  return addressPieces(text).map((piece, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {piece}
    </Fragment>
  ));
}
