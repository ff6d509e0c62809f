// The way to the first campaign, as far as it is gone.
import { Button, Stack, Stepper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { crier, take } from '../../lib/client.ts';
import { useSenders } from '../../lib/senders.ts';
import { useMay } from '../../lib/session.ts';
import { Section } from '../../parts/Section.tsx';

const STEPS = [
	{ key: 'sender', path: '/senders', role: 'admin' },
	{ key: 'template', path: '/templates', role: 'sender' },
	{ key: 'audience', path: '/audiences', role: 'sender' },
	{ key: 'campaign', path: '/campaigns/new', role: 'sender' },
] as const;

function useDone(): boolean[] {
	const senders = useSenders();
	const templates = useQuery({
		queryKey: ['template', 'approved'],
		queryFn: () => take(crier.GET('/v1/templates', { params: { query: { page_size: 1, 'filter[status]': 'COMPLETED' } } })),
	});
	const audiences = useQuery({
		queryKey: ['audience', 'any'],
		queryFn: () => take(crier.GET('/v1/audiences', { params: { query: { page_size: 1 } } })),
	});
	return [senders.data, templates.data?.data, audiences.data?.data].map((rows) => rows !== undefined && rows.length > 0);
}

export function FirstSteps() {
	const { t } = useTranslation();
	const done = useDone();
	const mayBe = { admin: useMay('admin'), sender: useMay('sender') };
	const at = done.indexOf(false) === -1 ? done.length : done.indexOf(false);
	const step = STEPS[at]!;
	return (
		<Section title={t('first.title')}>
			<Stepper active={at} size="sm" orientation="vertical" hiddenFrom="md">
				{STEPS.map(({ key }) => (
					<Stepper.Step key={key} label={t(`first.${key}`)} />
				))}
			</Stepper>
			<Stepper active={at} size="sm" visibleFrom="md">
				{STEPS.map(({ key }) => (
					<Stepper.Step key={key} label={t(`first.${key}`)} />
				))}
			</Stepper>
			<Stack align="start" gap="xs">
				<Text>{t(`first.${step.key}_next`)}</Text>
				{mayBe[step.role] ? (
					<Button component={Link} href={step.path}>
						{t(`first.${step.key}`)}
					</Button>
				) : (
					<Text c="dimmed">{t('first.needs_role', { role: t(`roles.${step.role}`) })}</Text>
				)}
			</Stack>
		</Section>
	);
}
