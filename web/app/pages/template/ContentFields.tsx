// What people see: a message, one with an offer over it, or a carousel under it.
import { Fieldset, Group, Radio, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { HEADERS_OF, shaped, shapeOf, SHAPES, type Shape, type TemplateForm } from '../../lib/templateForm.ts';
import { bodyLimit, LIMIT } from '../../lib/templateLimits.ts';
import { ButtonFields } from './ButtonFields.tsx';
import { CarouselFields } from './CarouselFields.tsx';
import { HeaderFields } from './HeaderFields.tsx';
import { OfferFields } from './OfferFields.tsx';
import { TextField } from './TextField.tsx';

interface ContentFieldsProps {
	form: TemplateForm;
	change: (part: Partial<TemplateForm>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

export function ContentFields({ form, change, errors, isDisabled }: ContentFieldsProps) {
	const { t } = useTranslation();
	const shape = shapeOf(form);
	const { header, buttons } = shaped(form);
	const shared = { errors, isDisabled };
	return (
		<>
			{form.wa_category === 'MARKETING' && (
				<Radio.Group label={t('editor.shape')} value={shape} onChange={(value) => change({ shape: value as Shape })}>
					<Group mt="xs">
						{SHAPES.map((value) => (
							<Radio key={value} value={value} label={t(`editor.shapes.${value}`)} disabled={isDisabled} />
						))}
					</Group>
				</Radio.Group>
			)}
			{shape !== 'carousel' && (
				<Fieldset legend={t('editor.header')}>
					<HeaderFields kinds={HEADERS_OF[shape]} header={header} change={(part) => change({ header: { ...header, ...part } })} {...shared} />
				</Fieldset>
			)}
			{shape === 'offer' && <OfferFields offer={form.offer} change={(part) => change({ offer: { ...form.offer, ...part } })} {...shared} />}
			<TextField name="body" label={t('editor.body')} description={t('editor.body_note', { ob: '{{' })} value={form.body} onChange={(body) => change({ body })} max={bodyLimit(form)} error={errors.body} isLong isRequired isDisabled={isDisabled} takesFields />
			{shape === 'plain' && <TextField name="footer" label={t('editor.footer')} description={t('editor.footer_note')} value={form.footer} onChange={(footer) => change({ footer })} max={LIMIT.footer} error={errors.footer} isDisabled={isDisabled} />}
			{shape === 'carousel' ? (
				<CarouselFields cards={form.cards} change={(cards) => change({ cards })} {...shared} />
			) : (
				<>
					<Title order={2} size="h4">
						{t('editor.buttons')}
					</Title>
					<ButtonFields buttons={buttons} change={(next) => change({ buttons: next })} shape={shape} {...shared} />
				</>
			)}
		</>
	);
}
