// One message: why it stands there, and each of its times.
import { Code, Drawer, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Recipient } from '../../lib/campaigns.ts';
import { country, number, phone } from '../../lib/format.ts';
import { StateMark } from '../../parts/StateMark.tsx';
import { Time } from '../../parts/Time.tsx';

const TIMES = ['claimed', 'accepted', 'sent', 'delivered', 'read', 'failed', 'unconfirmed', 'not_before'] as const;

function Facts({ recipient }: { recipient: Recipient }) {
	const { t } = useTranslation();
	const facts = [
		{ name: t('recipients.country'), value: recipient.country && country(recipient.country) },
		{ name: t('recipients.attempts'), value: number(recipient.attempts) },
		{ name: t('failures.code'), value: recipient.code },
		{ name: t('recipients.error'), value: recipient.error && <bdi>{recipient.error}</bdi> },
		...TIMES.map((key) => ({ name: t(`recipients.times.${key}`), value: recipient.times[key] && <Time at={recipient.times[key]} /> })),
		{ name: t('recipients.wamid'), value: recipient.wamid && <Code style={{ overflowWrap: 'anywhere' }}>{recipient.wamid}</Code> },
	];
	return (
		<Table aria-label={t('recipients.facts')}>
			<Table.Tbody>
				{facts
					.filter(({ value }) => value !== null && value !== '')
					.map(({ name, value }) => (
						<Table.Tr key={name}>
							<Table.Th scope="row">{name}</Table.Th>
							<Table.Td>{value}</Table.Td>
						</Table.Tr>
					))}
			</Table.Tbody>
		</Table>
	);
}

export function RecipientDetail({ recipient, close }: { recipient: Recipient | null; close: () => void }) {
	const { t } = useTranslation();
	return (
		<Drawer opened={recipient !== null} onClose={close} position="right" title={recipient && phone(recipient.number)} closeButtonProps={{ 'aria-label': t('common.close') }}>
			{recipient && (
				<Stack>
					<Text fw={600}>
						<bdi>{`${recipient.first_name} ${recipient.last_name}`.trim()}</bdi>
					</Text>
					<StateMark state={recipient.state} />
					<Text>
						<bdi>{recipient.why}</bdi>
					</Text>
					<Facts recipient={recipient} />
				</Stack>
			)}
		</Drawer>
	);
}
