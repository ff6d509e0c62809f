// Imports of CSV files: begun here, told of by the stream.
import { useQuery } from '@tanstack/react-query';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { usePages } from '../../lib/pages.ts';
import { RUNNING_IMPORTS, type ImportNews } from '../../lib/live.tsx';

export type Import = Schemas['ImportAnswer']['data'];
export type ImportRow = Schemas['Import'];

export const isOver = ({ status }: Pick<Import, 'status'>) => status !== 'waiting' && status !== 'running';

async function readImport(id: string): Promise<Import> {
	const answer = await take(crier.GET('/v1/imports/{import}', { params: { path: { import: id } } }));
	return (answer as Schemas['ImportAnswer']).data; // it is CSV only where that is asked for
}

export const useImport = (id: string) => useQuery({ queryKey: ['import', id], queryFn: () => readImport(id) });

const FEW = 5; // a page of them

export const useImports = (audience: string) =>
	usePages<ImportRow>(['import', 'list', audience], (page_token) =>
		take(crier.GET('/v1/audiences/{audience}/imports', { params: { path: { audience }, query: { page_size: FEW, page_token } } })),
	);

/** Those of the audience that the stream tells of. */
export function useRunningImports(audience: string): string[] {
	const { data = [] } = useQuery<ImportNews[]>({ queryKey: RUNNING_IMPORTS, queryFn: () => [], enabled: false });
	return data.filter((news) => news.audience_id === audience && !isOver(news)).map(({ id }) => id);
}

export interface Start {
	audience: string;
	file: Blob;
	region: string | null;
}

export const startImport = ({ audience, file, region }: Start): Promise<Import> =>
	read(
		crier.POST('/v1/audiences/{audience}/import', {
			params: { path: { audience }, query: { region: region ?? undefined } },
			headers: { 'Content-Type': 'text/csv' },
			body: file as unknown as string, // as it is: the browser reads it from the disk while it sends
			bodySerializer: (body) => body as unknown as string,
		}),
	);
