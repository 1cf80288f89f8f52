import { ActionIcon } from "@mantine/core";
import { type Icon, IconPencil, IconTrash } from "@tabler/icons-react";

type IconButtonProps = { icon: Icon; label: string; disabled?: boolean; onClick: () => void };

/**
 * A small button of a row, named for whoever does not see its icon. One that can do nothing now keeps the keyboard: a rule that has
 * come to the top is still the one in hand.
 */
export function IconButton({ icon: Mark, label, disabled = false, onClick }: IconButtonProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      aria-disabled={disabled}
      data-disabled={disabled}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      <Mark size={16} stroke={1.6} aria-hidden />
    </ActionIcon>
  );
}

type EditAndRemoveProps = { edit: string; remove: string; onEdit: () => void; onRemove: () => void };

/** Changing a row and taking it away. */
export function EditAndRemove({ edit, remove, onEdit, onRemove }: EditAndRemoveProps) {
  return (
    <>
      <IconButton icon={IconPencil} label={edit} onClick={onEdit} />
      <IconButton icon={IconTrash} label={remove} onClick={onRemove} />
    </>
  );
}
