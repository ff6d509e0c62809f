// What can be done with the campaign as it stands.
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCalendarTime, IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconSend, IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useLoss } from '../../lib/acts.ts';
import { type Campaign, isOver, useCampaignActs } from '../../lib/campaigns.ts';
import { number } from '../../lib/format.ts';
import { useMay } from '../../lib/session.ts';
import { tellTrouble } from '../../parts/confirm.tsx';
import { Rename } from './Rename.tsx';
import { Reschedule } from './Reschedule.tsx';
import { TestSend } from './TestSend.tsx';

function useLosses(campaign: Campaign) {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const { ask } = useLoss();
	const { change, remove } = useCampaignActs(campaign.id);
	const { name, messages, status } = campaign;
	const cancel = () =>
		ask({
			title: t('campaign.cancel_title', { name }),
			loses: status === 'scheduled' ? t('campaign.cancel_scheduled') : t('campaign.cancel_loses', { count: messages.queued, n: number(messages.queued) }),
			label: t('campaign.cancel'),
			deed: () => change.mutateAsync({ status: 'canceled' }),
			told: () => t('campaign.canceled', { name }),
		});
	const destroy = () =>
		ask({
			title: t('campaign.delete_title', { name }),
			loses: t('campaign.delete_loses', { count: messages.total, n: number(messages.total) }),
			label: t('campaign.delete'),
			deed: () => remove.mutateAsync(),
			told: () => t('campaign.deleted', { name }),
			then: () => go('/campaigns'),
		});
	return { cancel, destroy };
}

type Form = 'rename' | 'reschedule' | 'test';

export function Acts({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const [form, setForm] = useState<Form | null>(null);
	const { pause, resume } = useCampaignActs(campaign.id);
	const { cancel, destroy } = useLosses(campaign);
	if (!maySend) return null;
	const isRunning = campaign.status === 'in_progress';
	const close = () => setForm(null);
	return (
		<>
			{isRunning && !campaign.hold && (
				<Button leftSection={<IconPlayerPause size={16} aria-hidden />} loading={pause.isPending} onClick={() => pause.mutate(undefined, { onError: tellTrouble })}>
					{t('campaign.pause')}
				</Button>
			)}
			{campaign.hold && (
				<Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={resume.isPending} onClick={() => resume.mutate(undefined, { onError: tellTrouble })}>
					{t('campaign.resume')}
				</Button>
			)}
			{campaign.status === 'scheduled' && (
				<Button variant="default" leftSection={<IconCalendarTime size={16} aria-hidden />} onClick={() => setForm('reschedule')}>
					{t('campaign.reschedule')}
				</Button>
			)}
			<Button variant="default" leftSection={<IconSend size={16} aria-hidden />} onClick={() => setForm('test')}>
				{t('campaign.test')}
			</Button>
			<Menu position="bottom-end">
				<Menu.Target>
					<ActionIcon variant="default" size="lg" aria-label={t('campaign.more')}>
						<IconDots size={18} />
					</ActionIcon>
				</Menu.Target>
				<Menu.Dropdown>
					<Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setForm('rename')}>
						{t('campaign.rename')}
					</Menu.Item>
					{!isOver(campaign) && (
						<Menu.Item leftSection={<IconX size={16} />} onClick={cancel}>
							{t('campaign.cancel')}
						</Menu.Item>
					)}
					<Menu.Item leftSection={<IconTrash size={16} />} disabled={isRunning} onClick={destroy}>
						{isRunning ? t('campaign.delete_not_now') : t('campaign.delete')}
					</Menu.Item>
				</Menu.Dropdown>
			</Menu>
			{form === 'rename' && <Rename campaign={campaign} close={close} />}
			{form === 'reschedule' && <Reschedule campaign={campaign} close={close} />}
			{form === 'test' && <TestSend campaign={campaign} close={close} />}
		</>
	);
}
