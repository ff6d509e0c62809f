// What a person has chosen so far. It survives steps back, other pages and a reload, until the campaign is made.
import { useSessionStorage } from '@mantine/hooks';
import { useCallback } from 'react';
import type { Schemas } from '../../lib/client.ts';
import { viewerZone } from '../../lib/format.ts';
import { instantOf, localToServer } from '../../lib/zones.ts';

export type CampaignRequest = Schemas['CampaignRequest']['data'];
type Count = number | '';

export interface Draft {
	from: string; // the sender's name
	template: string;
	audience: string;
	name: string;
	isLater: boolean;
	at: string; // as a form has it, in `zone`
	zone: string;
	rate: Count;
	canary: Count;
	canary_wait: Count;
	brake: Count;
	late_start_limit: Count;
	deadline: string; // like `at`
	on_unconfirmed: 'hold' | 'resend';
	on_capped: 'retry' | 'fail';
}

export const emptyDraft = (): Draft => ({
	from: '', template: '', audience: '', name: '',
	isLater: false, at: '', zone: viewerZone(),
	rate: '', canary: '', canary_wait: '', brake: '', late_start_limit: '', deadline: '',
	on_unconfirmed: 'hold', on_capped: 'retry',
});

export const STEPS = ['sender', 'template', 'audience', 'time', 'check'] as const;
export type Step = (typeof STEPS)[number];

/** What the server's fields belong to. */
export const stepOfField = (field: string): Step =>
	field === 'from' ? 'sender' : field === 'template' ? 'template' : field === 'audience' ? 'audience' : 'time';

export type TimeFault = 'needed' | 'no_such_time' | 'past' | 'before_start';

export function timeFaults(draft: Draft, now = new Date()): { at?: TimeFault; deadline?: TimeFault } {
	const ret: { at?: TimeFault; deadline?: TimeFault } = {};
	const at = draft.isLater ? instantOf(draft.at, draft.zone) : now;
	if (draft.isLater) ret.at = draft.at === '' ? 'needed' : !at ? 'no_such_time' : at <= now ? 'past' : undefined;
	const deadline = draft.deadline ? instantOf(draft.deadline, draft.zone) : null;
	if (draft.deadline) ret.deadline = !deadline ? 'no_such_time' : at && deadline <= at ? 'before_start' : undefined;
	return ret;
}

export function isDone(step: Step, draft: Draft): boolean {
	if (step === 'sender') return draft.from !== '';
	if (step === 'template') return draft.template !== '';
	if (step === 'audience') return draft.audience !== '';
	if (step === 'check') return false;
	const faults = timeFaults(draft);
	return !faults.at && !faults.deadline;
}

/** Where one may go: no further than the first step that is not done. */
export function reachable(wanted: Step, draft: Draft): Step {
	const open = STEPS.findIndex((step) => !isDone(step, draft));
	return STEPS[Math.min(STEPS.indexOf(wanted), open)]!;
}

/** What stands as the server would take it anyway is left out. */
export function requestOf(draft: Draft): CampaignRequest {
	const { from, template, audience } = draft;
	const ret: CampaignRequest = { channel: 'whatsapp', from, template, audience };
	if (draft.name.trim()) ret.name = draft.name.trim();
	if (draft.isLater) ret.schedule = localToServer(draft.at);
	if (draft.deadline) ret.deadline = localToServer(draft.deadline);
	if (draft.isLater || draft.deadline) ret.timezone = draft.zone;
	for (const option of ['rate', 'canary', 'brake', 'late_start_limit'] as const) if (draft[option] !== '') ret[option] = draft[option];
	if (draft.canary && draft.canary_wait !== '') ret.canary_wait = draft.canary_wait;
	if (draft.on_unconfirmed !== 'hold') ret.on_unconfirmed = draft.on_unconfirmed;
	if (draft.on_capped !== 'retry') ret.on_capped = draft.on_capped;
	return ret;
}

export function useDraft() {
	const [stored, setDraft, forget] = useSessionStorage<Draft>({ key: 'crier.draft', defaultValue: emptyDraft(), getInitialValueInEffect: false });
	const draft = { ...emptyDraft(), ...stored };
	const change = useCallback((part: Partial<Draft>) => setDraft((old) => ({ ...emptyDraft(), ...old, ...part })), [setDraft]);
	return { draft, change, forget };
}
