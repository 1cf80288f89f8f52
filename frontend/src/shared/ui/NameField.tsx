import { TextInput } from "@mantine/core";
import { fieldError } from "./fault-sentence";

type NameFieldProps = {
  label: string;
  /** How many characters the program keeps. */
  most: number;
  value: string;
  onChange: (name: string) => void;
  /** The fault of saving, shown here where it is the name's. */
  error: unknown;
};

/** The name of something that a dialog edits: the first field, which has the keyboard. */
export function NameField({ label, most, value, onChange, error }: NameFieldProps) {
  return (
    <TextInput
      label={label}
      data-autofocus
      autoComplete="off"
      maxLength={most}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={fieldError(error, "name")}
    />
  );
}
