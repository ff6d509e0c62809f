// The last look: what was chosen, what the server says of it, and the button that names the number of people.
import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh, IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { faultsByField, Refusal } from '../../lib/client.ts';
import { moment, number } from '../../lib/format.ts';
import { instantOf, plannedMoment } from '../../lib/zones.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Trouble } from '../../parts/States.tsx';
import { useAudience } from './AudienceStep.tsx';
import { type Draft, requestOf, type Step, stepOfField } from './draft.ts';
import { Findings, Problems, Tiles } from './Findings.tsx';
import { usePreflight } from './preflight.ts';
import { useTemplate } from './TemplateStep.tsx';

/** What the server refuses, each with the way to the step that mends it. */
export function Refused({ error, go, again }: { error: Error; go: (step: Step) => void; again: () => unknown }) {
	const { t } = useTranslation();
	if (!(error instanceof Refusal) || error.faults.every(({ field }) => !field)) return <Trouble error={error} again={again} />;
	return (
		<Alert color="red" role="alert" icon={<IconAlertTriangle />} title={t('common.refused')}>
			<Stack gap="xs">
				{Object.entries(faultsByField(error)).map(([field, message]) => {
					const step = stepOfField(field);
					return (
						<Group key={field} justify="space-between">
							<Text size="sm">{message}</Text>
							<Button size="compact-sm" variant="default" onClick={() => go(step)}>
								{t('wizard.to_step', { step: t(`wizard.step.${step}`) })}
							</Button>
						</Group>
					);
				})}
			</Stack>
		</Alert>
	);
}

function Chosen({ draft }: { draft: Draft }) {
	const { t } = useTranslation();
	const { data: template } = useTemplate(draft.template);
	const { data: audience } = useAudience(draft.audience);
	const at = draft.isLater ? instantOf(draft.at, draft.zone) : null;
	return (
		<Facts
			facts={[
				[t('wizard.name'), draft.name.trim() || t('wizard.name_by_date')],
				[t('wizard.step.sender'), draft.from],
				[t('wizard.step.template'), template?.name ?? '…'],
				[t('wizard.step.audience'), audience?.name ?? '…'],
				[t('wizard.when'), at ? plannedMoment(at, draft.zone) : t('wizard.now')],
			]}
		/>
	);
}

const BLOCKED = 'start-blocked';

interface CheckStepProps {
	draft: Draft;
	go: (step: Step) => void;
	start: () => void;
	isStarting: boolean;
	refusal: Error | null; // of the start
}

export function CheckStep({ draft, go, start, isStarting, refusal }: CheckStepProps) {
	const { t } = useTranslation();
	const { data: found, error, isFetching, refetch, dataUpdatedAt } = usePreflight(requestOf(draft));
	const count = found?.recipients ?? 0;
	const isBlocked = found?.problems.some(({ severity }) => severity === 'error') ?? false;
	return (
		<Stack gap="lg">
			<Chosen draft={draft} />
			<Group justify="space-between">
				<Text size="sm" c="dimmed" role="status" component="div">
					{isFetching ? (
						<Group gap="xs">
							<Loader size="xs" aria-hidden /> {t('wizard.checking')}
						</Group>
					) : (
						found && t('wizard.checked', { time: moment(new Date(dataUpdatedAt)) })
					)}
				</Text>
				<Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => void refetch()} disabled={isFetching}>
					{t('wizard.check_again')}
				</Button>
			</Group>
			{error && !isFetching && <Refused error={error} go={go} again={refetch} />}
			{found && !error && (
				<>
					<Problems problems={found.problems} draft={draft} />
					<Tiles found={found} />
					<Findings found={found} template={draft.template} />
				</>
			)}
			{refusal && <Refused error={refusal} go={go} again={start} />}
			<Group justify="space-between" className="steps-end">
				<Button variant="default" onClick={() => go('time')}>
					{t('wizard.back')}
				</Button>
				<Group justify="flex-end" flex="1 1 18rem">
					{isBlocked && !error && (
						<Text size="sm" id={BLOCKED} flex="0 1 auto">
							{t('wizard.blocked')}
						</Text>
					)}
					<Button
						size="md"
						leftSection={<IconSend size={18} aria-hidden />}
						onClick={start}
						loading={isStarting}
						disabled={!found || !!error || isFetching || isBlocked}
						aria-describedby={isBlocked ? BLOCKED : undefined}
					>
						{!found || error ? t('wizard.check_first') : t(draft.isLater ? 'wizard.schedule_for' : 'wizard.send_to', { count, n: number(count) })}
					</Button>
				</Group>
			</Group>
		</Stack>
	);
}
