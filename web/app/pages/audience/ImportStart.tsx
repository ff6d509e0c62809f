// A CSV file is dropped here, or chosen; a country for numbers without one; off it goes.
import { Button, Group, Paper, Select, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import '@mantine/dropzone/styles.css';
import { IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes, country, locale } from '../../lib/format.ts';
import { regions } from '../../lib/regions.ts';
import { Trouble } from '../../parts/States.tsx';
import { startImport } from './imports.ts';

function RegionChoice({ value, onChange }: { value: string | null; onChange: (region: string | null) => void }) {
	const { t } = useTranslation();
	const [list] = useState(() =>
		regions.map((value) => ({ value, label: country(value) })).sort((a, b) => a.label.localeCompare(b.label, locale())),
	);
	return (
		<Select
			label={t('import.region')}
			description={t('import.region_note')}
			placeholder={t('import.region_none')}
			data={list}
			value={value}
			onChange={onChange}
			searchable
			clearable
			clearButtonProps={{ 'aria-label': t('common.clear') }}
			nothingFoundMessage={t('common.nothing_found')}
			maw="26rem"
		/>
	);
}

interface ChosenProps {
	audience: string;
	file: File;
	begun: (id: string) => void;
	drop: () => void;
}

function Chosen({ audience, file, begun, drop }: ChosenProps) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const [region, setRegion] = useState<string | null>(null);
	const start = useMutation({
		mutationFn: () => startImport({ audience, file, region }),
		onSuccess: (started) => {
			cache.setQueryData(['import', started.id], started);
			begun(started.id);
			drop();
		},
	});
	return (
		<Paper withBorder p="md" mb="md">
			<Stack>
				<Group gap="xs">
					<IconFileSpreadsheet aria-hidden />
					<Text fw={600} style={{ overflowWrap: 'anywhere' }}>
						<bdi>{file.name}</bdi>
					</Text>
					<Text c="dimmed">{bytes(file.size)}</Text>
				</Group>
				<RegionChoice value={region} onChange={setRegion} />
				{start.isError && <Trouble error={start.error} />}
				<Group>
					<Button onClick={() => start.mutate()} loading={start.isPending} data-autofocus autoFocus>
						{t('import.start')}
					</Button>
					<Button variant="default" onClick={drop} disabled={start.isPending}>
						{t('common.cancel')}
					</Button>
					{start.isPending && <Text role="status">{t('import.sending', { name: file.name })}</Text>}
				</Group>
			</Stack>
		</Paper>
	);
}

interface ImportStartProps {
	audience: string;
	begun: (id: string) => void;
}

export function ImportStart({ audience, begun }: ImportStartProps) {
	const { t } = useTranslation();
	const [file, setFile] = useState<File | null>(null);
	const choose = useRef<() => void>(null);
	if (file) return <Chosen audience={audience} file={file} begun={begun} drop={() => setFile(null)} />;
	return (
		<Dropzone
			onDrop={([dropped]) => dropped && setFile(dropped)}
			multiple={false}
			openRef={choose}
			activateOnClick={false}
			activateOnKeyboard={false}
			enablePointerEvents
			tabIndex={-1}
			inputProps={{ 'aria-label': t('import.choose') }}
			mb="md"
			p="md"
		>
			<Group>
				<IconUpload aria-hidden />
				<div style={{ flex: '1 1 16rem' }}>
					<Text fw={600}>{t('import.drop')}</Text>
					<Text size="sm" c="dimmed">
						{t('import.drop_note')}
					</Text>
				</div>
				<Button variant="default" onClick={() => choose.current?.()}>
					{t('import.choose')}
				</Button>
			</Group>
		</Dropzone>
	);
}
