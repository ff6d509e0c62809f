// When, and under what name; what may be left as it is stands folded away.
import { Collapse, Button, Fieldset, Group, NumberInput, Radio, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { country as countryName, share, viewerZone } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { allZones, instantOf, plannedMoment, zoneOfCountry } from '../../lib/zones.ts';
import { type Draft, timeFaults } from './draft.ts';
import { useMainCountry } from './preflight.ts';
import type { StepProps } from './step.ts';

/** The start as clocks show it where it matters. */
export function Clocks({ draft }: { draft: Draft }) {
	const { t } = useTranslation();
	const { data: session } = useSession();
	const at = instantOf(draft.at, draft.zone);
	const main = useMainCountry(draft);
	if (!at) return null;
	const theirs = main?.country && zoneOfCountry(main.country, at);
	const server = session?.timezone ?? 'UTC';
	const rows = [
		{ who: t('wizard.clock_you'), zone: viewerZone() },
		...(draft.zone === viewerZone() ? [] : [{ who: t('wizard.clock_chosen'), zone: draft.zone }]),
		{ who: theirs ? t('wizard.clock_them', { country: countryName(main.country), share: share(main.share, 0) }) : t('wizard.clock_them_unknown'), zone: theirs || draft.zone },
		{ who: t('wizard.clock_server'), zone: server },
		...(server === 'UTC' ? [] : [{ who: t('wizard.clock_utc'), zone: 'UTC' }]),
	];
	return (
		<Table aria-label={t('wizard.clocks')} maw="36rem">
			<Table.Tbody>
				{rows.map(({ who, zone }) => (
					<Table.Tr key={who}>
						<Table.Th scope="row" fw={400}>
							{who}
						</Table.Th>
						<Table.Td>{plannedMoment(at, zone)}</Table.Td>
					</Table.Tr>
				))}
			</Table.Tbody>
		</Table>
	);
}

function When({ draft, change, faults }: StepProps) {
	const { t } = useTranslation();
	const zones = useMemo(allZones, []);
	const own = timeFaults(draft);
	return (
		<Fieldset legend={t('wizard.when')}>
			<Stack>
				<Radio.Group aria-label={t('wizard.when')} value={draft.isLater ? 'later' : 'now'} onChange={(value) => change({ isLater: value === 'later' })}>
					<Group>
						<Radio value="now" label={t('wizard.now')} />
						<Radio value="later" label={t('wizard.later')} />
					</Group>
				</Radio.Group>
				{draft.isLater && (
					<Group align="flex-start">
						<TextInput
							type="datetime-local"
							name="schedule"
							label={t('wizard.at')}
							value={draft.at}
							onChange={(event) => change({ at: event.currentTarget.value })}
							error={own.at && own.at !== 'needed' ? t(`wizard.time_faults.${own.at}`) : faults.schedule}
							withAsterisk
						/>
						<Select label={t('wizard.zone')} data={zones} value={draft.zone} onChange={(zone) => zone && change({ zone })} error={faults.timezone} searchable allowDeselect={false} />
					</Group>
				)}
				{draft.isLater && <Clocks draft={draft} />}
			</Stack>
		</Fieldset>
	);
}

const NUMBERS = [
	{ option: 'rate', min: 1, max: 100_000 },
	{ option: 'brake', min: 0, max: 100 },
	{ option: 'canary', min: 0, max: 100_000 },
	{ option: 'canary_wait', min: 1, max: 10_080 },
	{ option: 'late_start_limit', min: 0, max: 10_080 },
] as const;

function Advanced({ draft, change, faults }: StepProps) {
	const { t } = useTranslation();
	const own = timeFaults(draft);
	return (
		<Stack maw="36rem">
			{NUMBERS.map(
				({ option, min, max }) =>
					(option !== 'canary_wait' || !!draft.canary) && (
						<NumberInput
							key={option}
							name={option}
							label={t(`wizard.options.${option}`)}
							description={t(`wizard.options_note.${option}`)}
							value={draft[option]}
							onChange={(value) => change({ [option]: typeof value === 'number' ? value : '' })}
							min={min}
							max={max}
							allowDecimal={false}
							clampBehavior="blur"
							hideControls
							error={faults[option]}
						/>
					),
			)}
			<TextInput
				type="datetime-local"
				name="deadline"
				label={t('wizard.options.deadline')}
				description={t('wizard.options_note.deadline', { zone: draft.zone })}
				value={draft.deadline}
				onChange={(event) => change({ deadline: event.currentTarget.value })}
				error={own.deadline ? t(`wizard.time_faults.${own.deadline}`) : faults.deadline}
			/>
			<Radio.Group label={t('wizard.options.on_unconfirmed')} description={t('wizard.options_note.on_unconfirmed')} value={draft.on_unconfirmed} onChange={(value) => change({ on_unconfirmed: value as 'hold' })} error={faults.on_unconfirmed}>
				<Stack gap="xs" mt="xs">
					{(['hold', 'resend'] as const).map((value) => (
						<Radio key={value} value={value} label={t(`wizard.on_unconfirmed.${value}`)} />
					))}
				</Stack>
			</Radio.Group>
			<Radio.Group label={t('wizard.options.on_capped')} description={t('wizard.options_note.on_capped')} value={draft.on_capped} onChange={(value) => change({ on_capped: value as 'retry' })} error={faults.on_capped}>
				<Stack gap="xs" mt="xs">
					{(['retry', 'fail'] as const).map((value) => (
						<Radio key={value} value={value} label={t(`wizard.on_capped.${value}`)} />
					))}
				</Stack>
			</Radio.Group>
		</Stack>
	);
}

const ADVANCED = [...NUMBERS.map(({ option }) => option), 'deadline', 'on_unconfirmed', 'on_capped'];

export function TimeStep(props: StepProps) {
	const { draft, change, faults } = props;
	const { t } = useTranslation();
	const [opened, { toggle }] = useDisclosure(ADVANCED.some((option) => faults[option]) || !!timeFaults(draft).deadline);
	return (
		<Stack>
			<TextInput
				name="name"
				label={t('wizard.name')}
				description={t('wizard.name_note')}
				value={draft.name}
				maxLength={45}
				maw="36rem"
				dir="auto"
				onChange={(event) => change({ name: event.currentTarget.value })}
				error={faults.name}
			/>
			<When {...props} />
			<div>
				<Button variant="subtle" onClick={toggle} aria-expanded={opened} rightSection={opened ? <IconChevronUp size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}>
					{t('wizard.advanced')}
				</Button>
				<Text size="sm" c="dimmed" px="md">
					{t('wizard.advanced_note')}
				</Text>
			</div>
			<Collapse in={opened}>{opened && <Advanced {...props} />}</Collapse>
		</Stack>
	);
}
