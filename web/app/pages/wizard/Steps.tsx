// Which step one is at, and the way back to those before it.
import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '../../lib/format.ts';
import { type Draft, isDone, reachable, type Step, STEPS } from './draft.ts';

export function Steps({ at, draft, go }: { at: Step; draft: Draft; go: (step: Step) => void }) {
	const { t } = useTranslation();
	return (
		<nav aria-label={t('wizard.steps')}>
			<ol className="steps">
				{STEPS.map((step, i) => {
					const isOpen = reachable(step, draft) === step;
					const done = isOpen && isDone(step, draft) && step !== at;
					return (
						<li key={step}>
							<UnstyledButton className="step" aria-current={step === at ? 'step' : undefined} data-done={done || undefined} disabled={!isOpen} onClick={() => go(step)}>
								{done ? <IconCheck size={18} aria-hidden /> : <Text span className="number">{number(i + 1)}</Text>}
								<Text span visibleFrom={step === at ? undefined : 'sm'}>
									{t(`wizard.step.${step}`)}
								</Text>
								{step !== at && <VisuallyHidden hiddenFrom="sm">{t(`wizard.step.${step}`)}</VisuallyHidden>}
							</UnstyledButton>
						</li>
					);
				})}
			</ol>
		</nav>
	);
}
