// One of many, as cards: by arrows or by click.
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface ChoiceProps<T> {
	label: string;
	items: T[];
	valueOf: (item: T) => string;
	card: (item: T) => ReactNode; // what stands on it, beginning with its name
	value: string;
	onChange: (value: string) => void;
	error?: string;
	more?: { load: () => unknown; isLoading: boolean }; // there are more than these
}

export function Choice<T>({ label, items, valueOf, card, value, onChange, error, more }: ChoiceProps<T>) {
	const { t } = useTranslation();
	return (
		<Radio.Group aria-label={label} value={value} onChange={onChange} error={error}>
			<Stack gap="xs" mb="xs">
				{items.map((item) => (
					<Radio.Card key={valueOf(item)} value={valueOf(item)} p="sm" radius="md" className="choice">
						<Group wrap="nowrap" align="flex-start">
							<Radio.Indicator mt={2} />
							<div className="choice-text">{card(item)}</div>
						</Group>
					</Radio.Card>
				))}
				{more && (
					<Button variant="default" onClick={() => more.load()} loading={more.isLoading}>
						{t('common.more')}
					</Button>
				)}
			</Stack>
		</Radio.Group>
	);
}

export function CardText({ title, children }: { title: string; children: ReactNode }) {
	return (
		<>
			<Text fw={600} style={{ overflowWrap: 'anywhere' }}>
				<bdi>{title}</bdi>
			</Text>
			<Text size="sm" c="dimmed" component="div">
				{children}
			</Text>
		</>
	);
}
