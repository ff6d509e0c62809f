// A sender: how it stands with WhatsApp, how fast it may and does send, what holds it.
import { Button, Group, Menu, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPencil, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../../lib/acts.ts';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { number, phone } from '../../lib/format.ts';
import { useResumeSender } from '../../lib/senders.ts';
import { useMay } from '../../lib/session.ts';
import { tellDone, tellTrouble } from '../../parts/confirm.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { HoldNotice } from '../../parts/HoldNotice.tsx';
import { RowActs } from '../../parts/RowActs.tsx';
import { Budget, Quality, SenderStatus, tierLimit } from '../../parts/SenderMarks.tsx';

type Sender = Schemas['Sender'];

function useActs({ id, name, code }: Sender) {
	const { t } = useTranslation();
	const { ask, isBusy } = useLoss();
	const resuming = useResumeSender();
	const params = { path: { sender: id } };
	const pause = () =>
		ask({
			title: t('senders.pause_title', { name }),
			loses: t('senders.pause_loses'),
			label: t('senders.pause'),
			deed: () => read(crier.POST('/v1/senders/{sender}/pause', { params })),
			old: ['sender', 'campaign'],
			told: () => t('senders.paused', { name }),
		});
	const remove = () =>
		ask({
			title: t('senders.delete_title', { name }),
			loses: t('senders.delete_loses', { number: phone(code) }),
			label: t('senders.delete'),
			deed: () => take(crier.DELETE('/v1/senders/{sender}', { params })),
			old: ['sender'],
			told: () => t('senders.deleted', { name }),
		});
	const resume = () => resuming.mutate(id, { onSuccess: () => tellDone(t('senders.resumed', { name })), onError: tellTrouble });
	return { pause, remove, resume, isBusy: isBusy || resuming.isPending };
}

function Tier({ tier }: { tier: string | null }) {
	const { t } = useTranslation();
	const limit = tierLimit(tier);
	if (limit === 'unlimited') return t('senders.tier_unlimited');
	return limit === null ? (tier ?? t('senders.tier_unknown')) : t('senders.tier_people', { count: limit, n: number(limit) });
}

export function SenderCard({ sender, change }: { sender: Sender; change: () => void }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const isAdmin = useMay('admin');
	const acts = useActs(sender);
	const { throughput, messaging_limit: budget, hold } = sender;
	const resume = maySend && (
		<Button size="xs" leftSection={<IconPlayerPlay size={14} />} onClick={acts.resume} loading={acts.isBusy}>
			{t('senders.resume')}
		</Button>
	);
	return (
		<Paper withBorder p="md" component="section" aria-label={sender.name}>
			<Stack>
				<Group justify="space-between" wrap="nowrap" align="start">
					<div style={{ minWidth: 0 }}>
						<Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
							<bdi>{sender.name}</bdi>
						</Title>
						<Text className="tabular">{phone(sender.code)}</Text>
					</div>
					{maySend && (
						<RowActs label={t('senders.acts', { name: sender.name })}>
							{hold?.by !== 'person' && (
								<Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={acts.pause}>
									{t('senders.pause')}
								</Menu.Item>
							)}
							{isAdmin && (
								<Menu.Item leftSection={<IconPencil size={16} />} onClick={change}>
									{t('senders.change')}
								</Menu.Item>
							)}
							{isAdmin && (
								<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={acts.remove}>
									{t('common.delete')}
								</Menu.Item>
							)}
						</RowActs>
					)}
				</Group>
				<Group gap="xs">
					{!(hold && sender.status === 'blocked') && <SenderStatus status={sender.status} />}
					<Quality quality={sender.quality} />
				</Group>
				{hold && (
					<HoldNotice hold={hold} title={t('senders.held')}>
						{resume}
					</HoldNotice>
				)}
				<Facts
					facts={[
						[t('senders.rate_now'), t('senders.per_second', { n: number(throughput.now) })],
						[t('senders.ceiling'), t('senders.per_second', { n: number(throughput.limit) })],
						[t('senders.own_ceiling'), sender.rate === null ? t('common.none') : t('senders.per_second', { n: number(sender.rate) })],
						[t('senders.tier'), <Tier tier={budget.tier} />],
					]}
				/>
				{budget.used_24h !== null && budget.left_24h !== null && <Budget used={budget.used_24h} left={budget.left_24h} label={t('senders.budget')} />}
				<Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
					{t('senders.ids', { phone: sender.phone_number_id, waba: sender.waba_id })}
				</Text>
			</Stack>
		</Paper>
	);
}
