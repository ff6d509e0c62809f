import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../lib/acts.ts';
import { useFilters } from '../lib/address.ts';
import { crier, read, type Schemas, take } from '../lib/client.ts';
import { number } from '../lib/format.ts';
import { useMay } from '../lib/session.ts';
import { Facts } from '../parts/Facts.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { SecretOnce } from '../parts/SecretOnce.tsx';
import { Empty, Loading, Trouble } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { WebhookForm } from './webhooks/WebhookForm.tsx';
import { Deliveries } from './webhooks/Deliveries.tsx';

type Webhook = Schemas['Webhook'];
export const EVENTS = ['message', 'delivery', 'campaign', 'sender'] as const;

function useDelete() {
	const { t } = useTranslation();
	const { ask } = useLoss();
	return ({ id, url, waiting }: Webhook) =>
		ask({
			title: t('webhooks.delete_title'),
			loses: t('webhooks.delete_loses', { count: waiting, n: number(waiting), url }),
			label: t('webhooks.delete'),
			deed: () => take(crier.DELETE('/v1/webhooks/{webhook}', { params: { path: { webhook: id } } })),
			old: ['webhook'],
			told: () => t('webhooks.deleted'),
		});
}

function Card({ webhook, isOpen, open }: { webhook: Webhook; isOpen: boolean; open: () => void }) {
	const { t } = useTranslation();
	const isAdmin = useMay('admin');
	const remove = useDelete();
	const isFailing = webhook.last_error !== null;
	const title = t(`webhooks.events.${webhook.event}`);
	return (
		<Paper withBorder p="md" component="section" aria-label={title}>
			<Stack gap="sm" h="100%">
				<Group justify="space-between" wrap="nowrap" align="start">
					<Title order={2} size="h4">
						{title}
					</Title>
					<Badge color={isFailing ? 'red' : webhook.last_attempt_date ? 'green' : 'gray'}>
						{isFailing ? t('webhooks.failing') : webhook.last_attempt_date ? t('webhooks.working') : t('webhooks.idle')}
					</Badge>
				</Group>
				<Text size="sm" ff="monospace" dir="ltr" style={{ overflowWrap: 'anywhere' }}>
					{webhook.url}
				</Text>
				{webhook.last_error && (
					<Text size="sm" c="var(--mantine-color-error)">
						{webhook.last_error}
					</Text>
				)}
				<Facts
					facts={[
						[t('webhooks.waiting'), number(webhook.waiting)],
						[t('webhooks.delivered'), number(webhook.delivered)],
						[t('webhooks.failed'), number(webhook.failed)],
						[t('webhooks.dropped'), number(webhook.dropped)],
						[t('webhooks.last'), <Time at={webhook.last_attempt_date} empty={t('webhooks.never')} />],
					]}
				/>
				<Group mt="auto">
					<Button size="xs" variant="default" onClick={open} aria-expanded={isOpen}>
						{t('webhooks.deliveries')}
					</Button>
					{isAdmin && (
						<Button size="xs" variant="subtle" color="red" leftSection={<IconTrash size={14} />} onClick={() => remove(webhook)}>
							{t('common.delete')}
						</Button>
					)}
				</Group>
			</Stack>
		</Paper>
	);
}

export default function Webhooks() {
	const { t } = useTranslation();
	const isAdmin = useMay('admin');
	const [{ webhook: opened }, setFilters] = useFilters('webhook', 'status');
	const [isCreating, setCreating] = useState(false);
	const [secret, setSecret] = useState<string | null>(null);
	const query = useQuery({ queryKey: ['webhook', 'list'], queryFn: () => read(crier.GET('/v1/webhooks')) });
	const webhooks = query.data ?? [];
	const free = EVENTS.filter((event) => !webhooks.some((webhook) => webhook.event === event));
	const shown = webhooks.find(({ id }) => id === opened);
	const create = isAdmin && query.isSuccess && free.length > 0 && (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
			{t('webhooks.create')}
		</Button>
	);
	return (
		<>
			<PageHead title={t('webhooks.title')}>{create}</PageHead>
			<Text mb="md" c="dimmed">
				{t('webhooks.note')}
			</Text>
			{query.isPending && <Loading />}
			{query.isError && <Trouble error={query.error} again={query.refetch} />}
			{query.isSuccess && webhooks.length === 0 && (
				<Empty title={t('webhooks.none')}>
					<Text c="dimmed" ta="center">
						{isAdmin ? t('webhooks.none_next') : t('webhooks.none_next_admin')}
					</Text>
					{create}
				</Empty>
			)}
			<SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} mb="lg">
				{webhooks.map((webhook) => (
					<Card
						key={webhook.id}
						webhook={webhook}
						isOpen={webhook === shown}
						open={() => setFilters({ webhook: webhook === shown ? '' : webhook.id, status: '' })}
					/>
				))}
			</SimpleGrid>
			{shown && <Deliveries key={shown.id} webhook={shown} />}
			{isCreating && <WebhookForm events={free} close={() => setCreating(false)} made={setSecret} />}
			<SecretOnce title={t('webhooks.made')} label={t('webhooks.secret')} note={t('webhooks.made_note')} secret={secret} close={() => setSecret(null)} />
		</>
	);
}
