import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import { leaving } from "@/shared/lib/keyboard";

/** Deep teal, light to dark. White words stand on shade 8 by day and on shade 6 by night; both pass AA. */
const accent: MantineColorsTuple = [
  "#eaf5f3",
  "#d5eae7",
  "#a9d6d0",
  "#7fc9c0",
  "#6cc7bd",
  "#379a92",
  "#1f7d77",
  "#146a66",
  "#0f5c5a",
  "#0a4644",
];

const warmGray: MantineColorsTuple = [
  "#fbfaf8",
  "#f4f2ee",
  "#e9e5df",
  "#dcd7cf",
  "#cfc9c1",
  "#aaa39a",
  "#857e75",
  "#67615a",
  "#3d3934",
  "#1f1d1a",
];

const warmDark: MantineColorsTuple = [
  "#ece9e4",
  "#c9c4bc",
  "#a8a29a",
  "#7a746c",
  "#4a4640",
  "#34312d",
  "#2a2825",
  "#201f1c",
  "#191816",
  "#141311",
];

const fieldLabel = { label: { fontSize: 13, fontWeight: 500, marginBottom: 4 } };

/** Marks a dialog as soon as it is closed: its fading out holds up no key. */
const leavingContent = (_theme: unknown, { opened }: { opened?: boolean }) =>
  opened === false ? { content: leaving } : {};

export const theme = createTheme({
  fontFamily: "var(--sg-font)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  lineHeights: { xs: "16px", sm: "18px", md: "20px", lg: "24px", xl: "26px" },
  headings: {
    fontFamily: "var(--sg-font)",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "10px", xl: "16px" },
  defaultRadius: "sm",
  colors: { accent, gray: warmGray, dark: warmDark },
  primaryColor: "accent",
  primaryShade: { light: 8, dark: 6 },
  black: "#1f1d1a",
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" }, styles: { root: { fontWeight: 500 } } },
    TextInput: { styles: fieldLabel },
    PasswordInput: { styles: fieldLabel },
    Textarea: { styles: fieldLabel },
    Select: { defaultProps: { checkIconPosition: "right" }, styles: fieldLabel },
    NumberInput: { styles: fieldLabel },
    DateInput: { styles: fieldLabel },
    TimePicker: { styles: fieldLabel },
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 120 },
        overlayProps: { backgroundOpacity: 0.35 },
      },
      styles: { title: { fontSize: 16, fontWeight: 600 } },
      classNames: leavingContent,
    },
    // The palette, which is a Modal under another name.
    Spotlight: { classNames: leavingContent },
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 80 } } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    // The placeholder that takes the first focus is no menu item, which screen readers stumble over.
    Menu: {
      defaultProps: { transitionProps: { duration: 80 }, shadow: "md", withInitialFocusPlaceholder: false },
    },
  },
});

/** Mantine's own names, pointed at our tokens so that both speak the same colours. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--sg-canvas)",
    "--mantine-color-text": "var(--sg-text)",
    "--mantine-color-dimmed": "var(--sg-muted)",
    "--mantine-color-anchor": "var(--sg-accent)",
    "--mantine-color-default": "var(--sg-surface)",
    "--mantine-color-default-hover": "var(--sg-hover)",
    "--mantine-color-default-border": "var(--sg-hairline-strong)",
    "--mantine-color-placeholder": "var(--sg-muted)",
    "--mantine-color-error": "var(--sg-late)",
  };
  return { variables: {}, light: shared, dark: shared };
};
