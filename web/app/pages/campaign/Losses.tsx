// The way from the audience to those who read, one bar a step: what is left, and what was lost there.
import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Analytics } from '../../lib/campaigns.ts';
import { number, share } from '../../lib/format.ts';
import { losses, type Step } from '../../lib/losses.ts';
import { peopleAt } from '../../lib/recipients.ts';
import { Section } from '../../parts/Section.tsx';

function color({ key, isLoss }: Step): string {
	if (!isLoss) return key === 'audience' ? 'var(--crier-sent)' : `var(--crier-${key === 'read' ? 'read' : 'delivered'})`;
	return key === 'queued' || key === 'on_way' || key === 'unread' ? 'var(--crier-queued)' : 'var(--crier-failed)';
}

/** A bar of what is left, or of what was lost where it was lost. */
function StepBar({ step, audience }: { step: Step; audience: number }) {
	const part = (n: number) => `${(n / audience) * 100}%`;
	return (
		<div className="loss" aria-hidden>
			<span style={{ insetInlineStart: step.isLoss ? part(step.left) : 0, inlineSize: part(step.count), background: color(step) }} />
		</div>
	);
}

export function Losses({ id, analytics }: { id: string; analytics: Analytics }) {
	const { t } = useTranslation();
	const audience = analytics.funnel.audience;
	const word = (step: Step) => step.reason ?? t(`losses.${step.key as Exclude<Step['key'], 'rule' | 'code'>}`);
	return (
		<Section title={t('losses.title')}>
			<Table aria-label={t('losses.title')} withRowBorders={false} verticalSpacing={4} layout="fixed">
				<Table.Thead>
					<Table.Tr>
						<Table.Th scope="col">{t('losses.step')}</Table.Th>
						<Table.Th scope="col" className="number" w="5.5rem">
							{t('losses.people')}
						</Table.Th>
						<Table.Th scope="col" className="number" w="4.5rem">
							{t('losses.share')}
						</Table.Th>
						<Table.Td w="45%" visibleFrom="sm" />
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{losses(analytics).map((step) => (
						<Table.Tr key={`${step.key} ${step.code ?? ''}`}>
							<Table.Th scope="row" fw={step.isLoss ? 400 : 600}>
								<Text size="sm" inherit dir={step.reason && 'auto'} style={{ overflowWrap: 'anywhere' }}>
									{word(step)}
								</Text>
							</Table.Th>
							<Table.Td className="number">
								<Anchor component={Link} href={peopleAt(id, step.group, { code: step.code })} inherit>
									{step.isLoss ? number(-step.count) : number(step.count)}
								</Anchor>
							</Table.Td>
							<Table.Td className="number">{share(step.count / audience)}</Table.Td>
							<Table.Td visibleFrom="sm">
								<StepBar step={step} audience={audience} />
							</Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Section>
	);
}
