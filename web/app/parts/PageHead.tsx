import { Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef } from 'react';

/** The page's title, which gets the focus when one comes to the page, and what can be done on it. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
	const head = useRef<HTMLHeadingElement>(null);
	useDocumentTitle(`${title} · crier`);
	useEffect(() => head.current?.focus({ preventScroll: true }), []);
	return (
		<Group justify="space-between" mb="md" gap="sm">
			<Title order={1} size="h2" ref={head} tabIndex={-1} style={{ outline: 'none', overflowWrap: 'anywhere' }}>
				<bdi>{title}</bdi>
			</Title>
			<Group gap="sm">{children}</Group>
		</Group>
	);
}
