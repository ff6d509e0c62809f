// What stands where nothing else can: loading, trouble, emptiness. Each says what to do next.
import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Refusal, Unreachable } from '../lib/client.ts';

export function Loading() {
	const { t } = useTranslation();
	return (
		<Center mih="12rem" role="status" aria-label={t('common.loading')} data-loading-page>
			<Loader />
		</Center>
	);
}

export function Trouble({ error, again }: { error: unknown; again?: () => unknown }) {
	const { t } = useTranslation();
	const away = error instanceof Unreachable;
	const text = error instanceof Refusal || !(error instanceof Error) ? String((error as Error)?.message ?? error) : error.message;
	return (
		<Alert color="red" role="alert" icon={away ? <IconPlugConnectedX /> : <IconAlertTriangle />} title={away ? t('common.unreachable') : t('common.refused')}>
			<Stack align="start" gap="xs">
				<Text size="sm" style={{ whiteSpace: 'pre-line' }}>
					{away ? t('common.unreachable_next') : text}
				</Text>
				{again && (
					<Button size="xs" variant="default" onClick={() => again()}>
						{t('common.again')}
					</Button>
				)}
			</Stack>
		</Alert>
	);
}

/** Nothing is there yet, or nothing fits the filter: `children` is what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
	return (
		<Center mih="12rem" p="md">
			<Stack align="center" gap="sm" maw="30rem">
				<Title order={2} size="h4" ta="center">
					{title}
				</Title>
				{typeof children === 'string' ? (
					<Text c="dimmed" ta="center">
						{children}
					</Text>
				) : (
					children
				)}
			</Stack>
		</Center>
	);
}

/** What a key of this role may not do, and whom to ask. */
export function NotAllowed() {
	const { t } = useTranslation();
	return (
		<Alert icon={<IconLock />} title={t('common.not_allowed')}>
			{t('common.not_allowed_next')}
		</Alert>
	);
}
