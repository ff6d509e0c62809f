import { Button, Group, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { address, useFilters } from '../lib/address.ts';
import { attemptKey, forgetAttempt } from '../lib/attempt.ts';
import { crier, faultsByField, read } from '../lib/client.ts';
import { useMay } from '../lib/session.ts';
import { tellDone } from '../parts/confirm.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { NotAllowed } from '../parts/States.tsx';
import { AudienceStep } from './wizard/AudienceStep.tsx';
import { CheckStep } from './wizard/CheckStep.tsx';
import { type CampaignRequest, isDone, reachable, requestOf, type Step, STEPS, useDraft } from './wizard/draft.ts';
import { SenderStep } from './wizard/SenderStep.tsx';
import type { StepProps } from './wizard/step.ts';
import { Steps } from './wizard/Steps.tsx';
import { TemplateStep } from './wizard/TemplateStep.tsx';
import { TimeStep } from './wizard/TimeStep.tsx';

const CHOOSING: Record<Exclude<Step, 'check'>, (props: StepProps) => ReactNode> = { sender: SenderStep, template: TemplateStep, audience: AudienceStep, time: TimeStep };

/** A link may bring a template or an audience along. */
function useBrought(change: (part: { template?: string; audience?: string }) => void) {
	const [brought, setBrought] = useFilters('template', 'audience');
	const { template, audience } = brought;
	useEffect(() => {
		if (!template && !audience) return;
		change({ ...(template && { template }), ...(audience && { audience }) });
		setBrought({ template: '', audience: '' });
	}, [template, audience, change, setBrought]);
}

function useStart(forget: () => void) {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const cache = useQueryClient();
	const isBusy = useRef(false); // a second click comes before the button is shown as busy
	const { mutate, ...mutation } = useMutation({
		mutationFn: (request: CampaignRequest) => read(crier.POST('/v1/campaigns', { params: { header: { 'Idempotency-Key': attemptKey(request) } }, body: { data: request } })),
		onSuccess: (campaign) => {
			forgetAttempt();
			forget();
			void cache.invalidateQueries({ queryKey: ['campaign', 'list'] });
			tellDone(t(campaign.status === 'scheduled' ? 'wizard.scheduled' : 'wizard.started', { name: campaign.name }));
			go(`/campaigns/${campaign.id}`, { replace: true });
		},
		onSettled: () => void (isBusy.current = false),
	});
	const start = (request: CampaignRequest) => {
		if (isBusy.current) return;
		isBusy.current = true;
		mutate(request);
	};
	return { ...mutation, start };
}

function Wizard() {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const [filters] = useFilters('step');
	const { draft, change, forget } = useDraft();
	useBrought(change);
	const starting = useStart(forget);
	const wanted = STEPS.find((step) => step === filters.step) ?? 'sender';
	const at = reachable(wanted, draft);
	const goTo = (step: Step) => go(address('/campaigns/new', { step }));
	const next = () => isDone(at, draft) && goTo(STEPS[STEPS.indexOf(at) + 1]!);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		next();
	};
	const head = useRef<HTMLHeadingElement>(null);
	const seen = useRef(at);
	useEffect(() => {
		if (seen.current !== at) head.current?.focus(); // the first step leaves it with the page's title
		seen.current = at;
	}, [at]);

	const set: typeof change = (part) => {
		if (starting.isError) starting.reset();
		change(part);
	};
	const Choosing = at === 'check' ? null : CHOOSING[at];
	return (
		<>
			<Steps at={at} draft={draft} go={goTo} />
			<Title order={2} size="h3" mb="md" ref={head} tabIndex={-1} style={{ outline: 'none' }}>
				{t(`wizard.title_of.${at}`)}
			</Title>
			{Choosing ? (
				<form onSubmit={submit} noValidate>
					<Choosing draft={draft} change={set} faults={starting.error ? faultsByField(starting.error) : {}} />
					<Group justify="space-between" mt="xl">
						{at === 'sender' ? (
							<span />
						) : (
							<Button variant="default" onClick={() => goTo(STEPS[STEPS.indexOf(at) - 1]!)}>
								{t('wizard.back')}
							</Button>
						)}
						<Button type="submit" disabled={!isDone(at, draft)}>
							{t('wizard.next', { step: t(`wizard.step.${STEPS[STEPS.indexOf(at) + 1]!}`) })}
						</Button>
					</Group>
				</form>
			) : (
				<CheckStep draft={draft} go={goTo} start={() => starting.start(requestOf(draft))} isStarting={starting.isPending} refusal={starting.error} />
			)}
		</>
	);
}

export default function NewCampaign() {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	return (
		<>
			<PageHead title={t('wizard.title')} />
			{maySend ? <Wizard /> : <NotAllowed />}
		</>
	);
}
