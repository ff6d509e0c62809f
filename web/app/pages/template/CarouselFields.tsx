// Two to ten cards that are swiped through. What kind of header and which buttons they have is chosen once for all of them.
import { ActionIcon, Button, Fieldset, Group, Radio, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '../../lib/format.ts';
import { type ButtonType, type Card, newButton, newCard } from '../../lib/templateForm.ts';
import { addable, LIMIT, MIN_CARDS } from '../../lib/templateLimits.ts';
import { AddButton, ButtonContent } from './ButtonFields.tsx';
import { MediaFields, type MediaKind } from './MediaFields.tsx';
import { Moves } from './Moves.tsx';
import { TextField } from './TextField.tsx';

interface CardsProps {
	cards: Card[];
	change: (cards: Card[]) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

const Fault = ({ text }: { text?: string }) =>
	text && (
		<Text size="sm" c="var(--mantine-color-error)" role="alert">
			{text}
		</Text>
	);

/** What all cards have alike. */
function Alike({ cards, change, errors, isDisabled }: CardsProps) {
	const { t } = useTranslation();
	const [{ header, buttons }] = cards as [Card];
	const setKind = (kind: MediaKind) => change(cards.map((card) => ({ ...card, header: { ...card.header, kind, media_id: '' } })));
	const add = (type: ButtonType) => change(cards.map((card) => ({ ...card, buttons: [...card.buttons, newButton(type)] })));
	const remove = (at: number) => change(cards.map((card) => ({ ...card, buttons: card.buttons.filter((_, i) => i !== at) })));
	return (
		<>
			<Radio.Group label={t('editor.cards_header')} value={header.kind} onChange={(kind) => setKind(kind as MediaKind)}>
				<Group mt="xs">
					{(['image', 'video'] as const).map((kind) => (
						<Radio key={kind} value={kind} label={t(`editor.headers.${kind}`)} disabled={isDisabled} />
					))}
				</Group>
			</Radio.Group>
			<Stack gap="xs" role="group" aria-label={t('editor.cards_buttons')}>
				<Text size="sm" fw={500}>
					{t('editor.cards_buttons')}
				</Text>
				{buttons.map(({ id, type }, at) => {
					const name = t('editor.button_n', { n: at + 1, kind: t(`editor.button_kinds.${type}`) });
					return (
						<Group key={id} gap="xs">
							<Text size="sm">{name}</Text>
							{!isDisabled && (
								<ActionIcon variant="default" onClick={() => remove(at)} aria-label={t('editor.remove', { what: name })}>
									<IconTrash size={16} />
								</ActionIcon>
							)}
						</Group>
					);
				})}
				<Fault text={errors['cards.0.buttons']} />
				{!isDisabled && <AddButton types={addable(buttons, 'carousel')} add={add} />}
			</Stack>
		</>
	);
}

function CardFields({ cards, at, change, errors, isDisabled }: CardsProps & { at: number }) {
	const { t } = useTranslation();
	const card = cards[at]!;
	const place = `cards.${at}`;
	const title = t('editor.card_n', { n: number(at + 1) });
	const set = (part: Partial<Card>) => change(cards.map((one, i) => (i === at ? { ...one, ...part } : one)));
	return (
		<Fieldset legend={title}>
			<Stack gap="sm">
				<MediaFields at={`${place}.`} kind={card.header.kind as MediaKind} header={card.header} change={(part) => set({ header: { ...card.header, ...part } })} errors={errors} isDisabled={isDisabled} />
				<TextField name={`${place}.body`} label={t('editor.card_text')} description={t('editor.card_text_note')} value={card.body} onChange={(body) => set({ body })} max={LIMIT.cardBody} error={errors[`${place}.body`]} isDisabled={isDisabled} takesFields />
				{card.buttons.map((button, i) => (
					<Fieldset key={button.id} legend={t('editor.button_n', { n: i + 1, kind: t(`editor.button_kinds.${button.type}`) })}>
						<Stack gap="sm">
							<ButtonContent
								at={`${place}.buttons.${i}`}
								button={button}
								set={(part) => set({ buttons: card.buttons.map((one, k) => (k === i ? { ...one, ...part } : one)) })}
								errors={errors}
								isDisabled={isDisabled}
							/>
						</Stack>
					</Fieldset>
				))}
				<Fault text={errors[place]} />
				{!isDisabled && <Moves list={cards} at={at} change={change} name={title} min={MIN_CARDS} />}
			</Stack>
		</Fieldset>
	);
}

export function CarouselFields(props: CardsProps) {
	const { cards, change, errors, isDisabled } = props;
	const { t } = useTranslation();
	const [first] = cards as [Card];
	const add = () => change([...cards, newCard(first.header.kind, first.buttons.map(({ type }) => type))]);
	return (
		<Fieldset legend={t('editor.shapes.carousel')}>
			<Stack>
				<Alike {...props} />
				{cards.map(({ id }, at) => (
					<CardFields key={id} {...props} at={at} />
				))}
				<Fault text={errors.cards} />
				{!isDisabled && cards.length < LIMIT.cards && (
					<Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add} style={{ alignSelf: 'flex-start' }}>
						{t('editor.card_add')}
					</Button>
				)}
			</Stack>
		</Fieldset>
	);
}
