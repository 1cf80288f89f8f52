import { CompositeChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import { useTranslation } from "react-i18next";

type Step = { name: string; leads: number; attended: number; won: number; lost: number };

/** Leads as bars, and what was done about prospects as lines. The table beside it says the same in numbers. */
export function TrendChart({ steps }: { steps: Step[] }) {
  const { t } = useTranslation("dashboard");
  return (
    <CompositeChart
      h={240}
      data={steps}
      dataKey="name"
      withLegend
      curveType="linear"
      legendProps={{ verticalAlign: "bottom", height: 32 }}
      composedChartProps={{ accessibilityLayer: false, margin: { top: 12 } }}
      gridColor="var(--sg-hairline)"
      textColor="var(--sg-muted)"
      tooltipAnimationDuration={0}
      barProps={{ isAnimationActive: false, maxBarSize: 28 }}
      lineProps={{ isAnimationActive: false }}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      series={[
        { name: "leads", label: t("inPeriod.leads"), color: "var(--sg-hairline-strong)", type: "bar" },
        { name: "attended", label: t("inPeriod.attended"), color: "var(--sg-accent)", type: "line" },
        {
          name: "won",
          label: t("inPeriod.won"),
          color: "var(--sg-prompt)",
          type: "line",
          strokeDasharray: "6 3",
        },
        {
          name: "lost",
          label: t("inPeriod.lost"),
          color: "var(--sg-late)",
          type: "line",
          strokeDasharray: "2 3",
        },
      ]}
    />
  );
}
