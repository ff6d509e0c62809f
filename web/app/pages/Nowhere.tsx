import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { PageHead } from '../parts/PageHead.tsx';
import { Empty } from '../parts/States.tsx';

export function Nowhere() {
	const { t } = useTranslation();
	return (
		<>
			<PageHead title={t('nowhere.title')} />
			<Empty title={t('nowhere.note')}>
				<Anchor component={Link} href="/">
					{t('nav.home')}
				</Anchor>
			</Empty>
		</>
	);
}
