import {
  type Icon,
  IconBrandWhatsapp,
  IconCalendarEvent,
  IconCheckbox,
  IconMail,
  IconMapPin,
  IconNote,
  IconPhone,
  IconVideo,
} from "@tabler/icons-react";

const marks: Record<string, Icon> = {
  call: IconPhone,
  whatsapp: IconBrandWhatsapp,
  email: IconMail,
  appointment: IconCalendarEvent,
  visit: IconMapPin,
  video: IconVideo,
  task: IconCheckbox,
  note: IconNote,
};

/** The drawing of an activity's kind. With a label it speaks; without one its word stands beside it. */
export function KindIcon({ kind, label }: { kind: string; label?: string }) {
  const Mark = marks[kind] ?? IconCheckbox;
  if (label === undefined) return <Mark size={16} stroke={1.6} aria-hidden />;
  return <Mark size={16} stroke={1.6} role="img" aria-label={label} />;
}
