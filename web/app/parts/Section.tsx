import { Group, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a page under its heading, with what can be chosen of it beside that. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
	return (
		<Stack gap="sm" miw={0}>
			<Group justify="space-between" gap="sm">
				<Title order={2} size="h4">
					{title}
				</Title>
				{aside}
			</Group>
			{children}
		</Stack>
	);
}
