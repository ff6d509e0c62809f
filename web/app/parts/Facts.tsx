import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Terms and their values, side by side as far as there is room. */
export function Facts({ facts }: { facts: [term: string, value: ReactNode][] }) {
	return (
		<Group component="dl" m={0} align="start" style={{ columnGap: 'var(--mantine-spacing-xl)', rowGap: 'var(--mantine-spacing-xs)' }}>
			{facts.map(([term, value]) => (
				<div key={term}>
					<Text component="dt" size="sm" c="dimmed">
						{term}
					</Text>
					<Text component="dd" m={0} fw={600} className="tabular">
						{typeof value === 'string' ? <bdi>{value}</bdi> : value}
					</Text>
				</div>
			))}
		</Group>
	);
}
