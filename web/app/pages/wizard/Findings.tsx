// What the pre-flight found: trouble first, then whom it leaves out, what it needs and how it reads.
import { Alert, Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useMedia } from '../../lib/media.ts';
import { country as countryName, number, phone, share } from '../../lib/format.ts';
import { bubbleOf, componentsOf, mediaOf } from '../../lib/template.ts';
import { Bubble } from '../../parts/Bubble.tsx';
import { FewRows } from '../../parts/Rows.tsx';
import { Time } from '../../parts/Time.tsx';
import type { Draft } from './draft.ts';
import { byCount, type Preflight } from './preflight.ts';
import { useTemplate } from './TemplateStep.tsx';

const LOOK = {
	error: { color: 'red', icon: IconCircleX },
	warning: { color: 'yellow', icon: IconAlertTriangle },
	info: { color: 'blue', icon: IconInfoCircle },
} as const;

/** Where that is mended without which it does not start; the choices made so far stay. */
function mendedAt(problem: string, { template, audience }: Draft) {
	if (problem === 'sender_held') return { place: '/senders', text: 'editor.to_senders' } as const;
	if (problem === 'template_status' || problem === 'media') return { place: `/templates/${template}`, text: 'wizard.to_template' } as const;
	return problem === 'nobody' ? ({ place: `/audiences/${audience}`, text: 'wizard.to_audience' } as const) : null;
}

export function Problems({ problems, draft }: { problems: Preflight['problems']; draft: Draft }) {
	const { t } = useTranslation();
	return problems.map(({ severity, problem, message }) => {
		const { color, icon: Icon } = LOOK[severity];
		const mended = severity === 'error' ? mendedAt(problem, draft) : null;
		return (
			<Alert key={problem + message} color={color} icon={<Icon />} title={t(`wizard.severity.${severity}`)} p="sm">
				<Group justify="space-between" gap="xs">
					<Text size="sm" flex="1 1 16rem">
						{message}
					</Text>
					{mended && (
						<Button component={Link} href={mended.place} size="xs" variant="default">
							{t(mended.text)}
						</Button>
					)}
				</Group>
			</Alert>
		);
	});
}

function Tile({ name, children, note }: { name: string; children: ReactNode; note?: ReactNode }) {
	return (
		<Card withBorder padding="sm">
			<Text size="sm" c="dimmed">
				{name}
			</Text>
			<Text fw={700} size="lg" className="tile">
				{children}
			</Text>
			{note && (
				<Text size="sm" c="dimmed" component="div">
					{note}
				</Text>
			)}
		</Card>
	);
}

export function Tiles({ found }: { found: Preflight }) {
	const { t } = useTranslation();
	const { audience, recipients, estimate } = found;
	const { limit_24h: limit, sent_24h: used, left_24h: left } = estimate;
	return (
		<SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
			<Tile name={t('wizard.recipients')} note={t('wizard.of_contacts', { count: audience, n: number(audience) })}>
				{number(recipients)}
			</Tile>
			<Tile name={t('wizard.lasts')} note={t('wizard.at_rate', { count: estimate.rate, n: number(estimate.rate) })}>
				{estimate.days > 1 ? t('wizard.days', { count: estimate.days, n: number(estimate.days) }) : t('wizard.minutes', { count: estimate.minutes, n: number(estimate.minutes) })}
			</Tile>
			<Tile name={t('wizard.ends')}>
				<Time at={estimate.end} />
			</Tile>
			<Tile name={t('wizard.budget')} note={limit !== null && <Progress mt={4} value={Math.min(100, (used / limit) * 100)} aria-label={t('wizard.budget_used', { used: number(used), limit: number(limit) })} />}>
				{limit === null || left === null ? t('wizard.no_limit') : t('wizard.budget_left', { left: number(left), limit: number(limit) })}
			</Tile>
		</SimpleGrid>
	);
}

function Section({ title, children }: { title: string; children: ReactNode }) {
	return (
		<div>
			<Title order={3} size="h4" mb="xs">
				{title}
			</Title>
			{children}
		</div>
	);
}

function Samples({ samples, template: id }: { samples: Preflight['samples']; template: string }) {
	const { t } = useTranslation();
	const { data: template } = useTemplate(id);
	const components = template ? componentsOf(template) : [];
	const whole = bubbleOf(components, { pictures: useMedia(mediaOf(components)).pictures });
	return (
		<SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
			{samples.map(({ pick, number: digits, text, characters, fallbacks }, at) => (
				<Stack key={at} gap={4}>
					<Text size="sm" fw={600}>
						{t(`wizard.pick.${pick}`)} · {phone(digits)}
					</Text>
					<Bubble label={t('wizard.sample_for', { who: phone(digits) })} message={{ ...whole, header: whole.header?.kind === 'text' ? undefined : whole.header, cards: undefined, body: text }} />
					<Text size="sm" c="dimmed">
						{t('wizard.characters', { count: characters, n: number(characters) })}
						{fallbacks > 0 && ` · ${t('wizard.fallbacks', { count: fallbacks, n: number(fallbacks) })}`}
					</Text>
				</Stack>
			))}
		</SimpleGrid>
	);
}

export function Findings({ found, template }: { found: Preflight; template: string }) {
	const { t } = useTranslation();
	return (
		<Stack gap="lg">
			{found.removed.length > 0 && (
				<Section title={t('wizard.removed')}>
					<FewRows
						label={t('wizard.removed')}
						rows={found.removed}
						rowKey={({ rule }) => rule}
						columns={[
							{ key: 'why', title: t('wizard.why'), cell: ({ meaning }) => meaning },
							{ key: 'count', title: t('wizard.people'), isNumber: true, cell: ({ count }) => number(count) },
							{ key: 'numbers', title: t('wizard.first_of_them'), hide: 'sm', cell: ({ numbers }) => numbers.map(phone).join(', ') },
						]}
					/>
				</Section>
			)}
			{found.samples.length > 0 && (
				<Section title={t('wizard.samples')}>
					<Samples samples={found.samples} template={template} />
				</Section>
			)}
			{found.placeholders.length > 0 && (
				<Section title={t('wizard.placeholders')}>
					<FewRows
						label={t('wizard.placeholders')}
						rows={found.placeholders}
						rowKey={({ name }) => name}
						columns={[
							{ key: 'name', title: t('wizard.placeholder'), cell: ({ name }) => <bdi>{name}</bdi> },
							{ key: 'filled', title: t('wizard.filled'), isNumber: true, cell: ({ filled }) => number(filled) },
							{ key: 'fallback', title: t('wizard.by_fallback'), isNumber: true, cell: ({ fallback }) => number(fallback) },
							{ key: 'missing', title: t('wizard.missing'), isNumber: true, cell: ({ missing }) => number(missing) },
						]}
					/>
				</Section>
			)}
			{found.countries.length > 0 && (
				<Section title={t('wizard.countries')}>
					<Group gap="md">
						{byCount(found.countries).slice(0, 12).map(({ country, recipients, share: part }) => (
							<Text key={country ?? ''} size="sm">
								{t('wizard.country', { country: country ? countryName(country) : t('wizard.no_country'), n: number(recipients), share: share(part) })}
							</Text>
						))}
						{found.countries.length > 12 && (
							<Text size="sm" c="dimmed">
								{t('wizard.more_countries', { count: found.countries.length - 12, n: number(found.countries.length - 12) })}
							</Text>
						)}
					</Group>
				</Section>
			)}
		</Stack>
	);
}
