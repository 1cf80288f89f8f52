import { Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./ChoiceMenu.module.css";

/** One entry: `value` is sent, `name` is read. */
export type Choice = { value: string; name: string; mark?: ReactNode };

type ChoiceMenuProps = {
  /** What is chosen here: "Estatus". */
  label: string;
  /** What stands on the button. */
  children: ReactNode;
  choices: readonly Choice[];
  value: string;
  onChoose: (value: string) => void;
  /** Draws the button as an active filter. */
  active?: boolean;
  /** Without a frame, for a value among others. */
  plain?: boolean;
  disabled?: boolean;
};

/** A small button with the present value; its menu offers the others. */
export function ChoiceMenu(props: ChoiceMenuProps) {
  const {
    label,
    children,
    choices,
    value,
    onChoose,
    active = false,
    plain = false,
    disabled = false,
  } = props;
  return (
    <Menu position="bottom-start" disabled={disabled}>
      <Menu.Target>
        <button
          type="button"
          className={classes.button}
          data-active={active}
          data-plain={plain}
          aria-label={label}
          title={label}
          disabled={disabled}
        >
          <span className={classes.value}>{children}</span>
          <IconChevronDown size={14} stroke={1.6} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        <Menu.RadioGroup value={value} onChange={onChoose}>
          {choices.map((choice) => (
            <Menu.RadioItem key={choice.value} value={choice.value} closeMenuOnClick>
              <span className={classes.choice}>
                {choice.mark}
                {choice.name}
              </span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
