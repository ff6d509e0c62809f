// A chunk of its own: charts weigh more than the rest of the page.
import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { number } from '../../lib/format.ts';
import type { Mark, Point, TimeText } from '../../lib/timeline.ts';
import { STATE_COLOR } from '../../theme.ts';

const SERIES = ['sent', 'delivered', 'read', 'failed'] as const;
const FEW = 30; // points that are dots too: a line of one point would not be seen

/** The numbers of the marks that fall on one point stand on one line. */
function lines(marks: Mark[]) {
	const at = new Map<number, number[]>();
	marks.forEach(({ time }, i) => at.set(time, [...(at.get(time) ?? []), i + 1]));
	return [...at].map(([x, which]) => ({ x, label: which.map(number).join(' '), color: 'var(--mantine-color-text)', labelPosition: 'insideTopLeft' as const }));
}

export default function TimelineChart({ line, marks, at }: { line: Point[]; marks: Mark[]; at: TimeText }) {
	const { t } = useTranslation();
	return (
		<div role="img" aria-label={t('timeline.described')} dir="ltr">
			<LineChart
				h={280}
				data={line}
				dataKey="time"
				series={SERIES.map((name) => ({ name, label: t(`states.${name}`), color: STATE_COLOR[name] }))}
				referenceLines={lines(marks)}
				curveType="linear"
				strokeWidth={2}
				withDots={line.length <= FEW}
				withLegend
				valueFormatter={number}
				xAxisProps={{ tickFormatter: at, minTickGap: 40 }}
				tooltipProps={{ labelFormatter: (time) => (Number.isFinite(time) ? at(Number(time)) : '') }}
				lineChartProps={{ margin: { right: 24 } }}
				lineProps={{ isAnimationActive: false }}
			/>
		</div>
	);
}
