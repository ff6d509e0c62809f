// What a webhook was told, and how it answered.
import { Badge, Button, Code, Group, Modal, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFilters } from '../../lib/address.ts';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { PAGE_SIZE, usePages } from '../../lib/pages.ts';
import { useMay } from '../../lib/session.ts';
import { tellDone, tellTrouble } from '../../parts/confirm.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { type Column, Rows } from '../../parts/Rows.tsx';
import { Empty } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';

type Webhook = Schemas['Webhook'];
type Delivery = Schemas['WebhookDelivery'];
const STATUSES = ['waiting', 'delivered', 'failed'] as const;
const COLORS = { waiting: 'yellow', delivered: 'green', failed: 'red' } as const;

const deliveriesPage = (webhook: string, status: string) => (token: string | undefined) =>
	take(
		crier.GET('/v1/webhooks/{webhook}/deliveries', {
			params: { path: { webhook }, query: { page_size: PAGE_SIZE, page_token: token, 'filter[status]': status || undefined } },
		}),
	);

function Status({ status }: { status: Delivery['status'] }) {
	const { t } = useTranslation();
	return (
		<Badge color={COLORS[status]}>
			{t(`webhooks.status.${status}`)}
		</Badge>
	);
}

/** In a word, what came back last. */
function answerOf(delivery: Delivery, none: string): string {
	if (delivery.error) return delivery.error;
	return delivery.http_status === null ? none : `HTTP ${delivery.http_status}`;
}

function One({ delivery, close }: { delivery: Delivery; close: () => void }) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const maySend = useMay('sender');
	const again = useMutation({
		mutationFn: () =>
			read(
				crier.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver', {
					params: { path: { webhook: delivery.webhook_id, delivery: delivery.id } },
				}),
			),
		onSuccess: () => {
			void cache.invalidateQueries({ queryKey: ['webhook'] });
			tellDone(t('webhooks.redelivering'));
			close();
		},
		onError: tellTrouble,
	});
	return (
		<Modal opened onClose={close} size="lg" title={t('webhooks.delivery')} closeButtonProps={{ 'aria-label': t('common.close') }}>
			<Stack>
				<Group>
					<Status status={delivery.status} />
					<Text size="sm" style={{ overflowWrap: 'anywhere' }}>
						{answerOf(delivery, t('webhooks.no_answer'))}
					</Text>
				</Group>
				<Facts
					facts={[
						[t('webhooks.attempts'), number(delivery.attempts)],
						[t('webhooks.happened'), <Time at={delivery.create_date} />],
						[t('webhooks.next'), <Time at={delivery.next_date} />],
						[t('webhooks.done'), <Time at={delivery.done_date} />],
					]}
				/>
				<Text size="sm" dir="ltr" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
					X-Event-Id: {delivery.id}
				</Text>
				<Code block dir="ltr" tabIndex={0} role="region" aria-label={t('webhooks.body')} mah="20rem" style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
					{JSON.stringify(delivery.body, null, 2)}
				</Code>
				{maySend && (
					<Group justify="flex-end">
						<Button leftSection={<IconSend size={16} />} onClick={() => again.mutate()} loading={again.isPending}>
							{t('webhooks.redeliver')}
						</Button>
					</Group>
				)}
			</Stack>
		</Modal>
	);
}

export function Deliveries({ webhook }: { webhook: Webhook }) {
	const { t } = useTranslation();
	const [{ status }, setFilters] = useFilters('status');
	const pages = usePages(['webhook', webhook.id, 'deliveries', status], deliveriesPage(webhook.id, status));
	const [opened, setOpened] = useState<Delivery | null>(null);
	const columns: Column<Delivery>[] = [
		{ key: 'status', title: t('webhooks.state'), cell: (row) => <Status status={row.status} />, width: '9rem' },
		{ key: 'happened', title: t('webhooks.happened'), cell: (row) => <Time at={row.create_date} /> },
		{
			key: 'answer',
			title: t('webhooks.answer'),
			hide: 'sm',
			cell: (row) => (
				<Text size="sm" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
					{answerOf(row, t('webhooks.no_answer'))}
				</Text>
			),
		},
		{ key: 'attempts', title: t('webhooks.attempts'), cell: (row) => number(row.attempts), isNumber: true },
		{ key: 'next', title: t('webhooks.next'), cell: (row) => <Time at={row.next_date} />, hide: 'md' },
	];
	return (
		<section>
			<Group justify="space-between" mb="md">
				<Title order={2} size="h4">
					{t('webhooks.deliveries_of', { event: t(`webhooks.events.${webhook.event}`) })}
				</Title>
				<Group>
					<SegmentedControl
						aria-label={t('webhooks.state')}
						value={status}
						onChange={(value) => setFilters({ status: value })}
						data={[{ value: '', label: t('common.all') }, ...STATUSES.map((value) => ({ value, label: t(`webhooks.status.${value}`) }))]}
					/>
					<Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => void pages.refetch()} loading={pages.isRefetching}>
						{t('common.refresh')}
					</Button>
				</Group>
			</Group>
			<Rows
				label={t('webhooks.deliveries')}
				columns={columns}
				pages={pages}
				open={setOpened}
				empty={<Empty title={status ? t('common.nothing_found') : t('webhooks.nothing_told')}>{status ? t('common.nothing_found_next') : t('webhooks.nothing_told_next')}</Empty>}
			/>
			{opened && <One delivery={opened} close={() => setOpened(null)} />}
		</section>
	);
}
