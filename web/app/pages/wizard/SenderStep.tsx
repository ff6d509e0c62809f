import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { number, phone } from '../../lib/format.ts';
import { type Sender, useSenders } from '../../lib/senders.ts';
import { Quality } from '../../parts/SenderMarks.tsx';
import { Empty, Loading, Trouble } from '../../parts/States.tsx';
import { CardText, Choice } from './Choice.tsx';
import type { StepProps } from './step.ts';

function SenderCard({ sender }: { sender: Sender }) {
	const { t } = useTranslation();
	const left = sender.messaging_limit.left_24h;
	return (
		<CardText title={sender.name}>
			<Group gap="0 1rem">
				<span>{phone(sender.code)}</span>
				<Quality quality={sender.quality} />
				<span>{left === null ? t('wizard.no_limit') : t('wizard.left', { count: left, n: number(left) })}</span>
				<span>{t('wizard.ceiling', { n: number(sender.throughput.limit) })}</span>
				{sender.status !== 'available' && (
					<Badge color="red">
						{t(`wizard.sender_status.${sender.status}`)}
					</Badge>
				)}
			</Group>
			{sender.hold && <Text size="sm">{t('wizard.held', { reason: sender.hold.reason })}</Text>}
		</CardText>
	);
}

export function SenderStep({ draft, change, faults }: StepProps) {
	const { t } = useTranslation();
	const senders = useSenders();
	const only = senders.data?.length === 1 ? senders.data[0]!.name : null;
	useEffect(() => {
		if (only && !draft.from) change({ from: only });
	}, [only, draft.from, change]);
	if (senders.isPending) return <Loading />;
	if (!senders.data) return <Trouble error={senders.error} again={senders.refetch} />;
	if (senders.data.length === 0)
		return (
			<Empty title={t('editor.no_sender')}>
				<Stack align="center">
					<Text c="dimmed">{t('wizard.no_sender_next')}</Text>
					<Button component={Link} href="/senders">
						{t('editor.to_senders')}
					</Button>
				</Stack>
			</Empty>
		);
	const wabaOf = (name: string) => senders.data.find((sender) => sender.name === name)?.waba_id;
	// A template is of one business account: with another account's sender it is no choice any more.
	const choose = (from: string) => change({ from, ...(draft.from && wabaOf(from) !== wabaOf(draft.from) && { template: '' }) });
	return <Choice label={t('wizard.step.sender')} items={senders.data} valueOf={(sender) => sender.name} card={(sender) => <SenderCard sender={sender} />} value={draft.from} onChange={choose} error={faults.from} />;
}
