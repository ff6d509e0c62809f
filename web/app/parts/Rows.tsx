// A table of any length: only the rows in sight are in the page, and the next page is fetched as the end comes near.
import { Table, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '../lib/format.ts';
import type { Pages } from '../lib/pages.ts';
import { Loading, Trouble } from './States.tsx';

export interface Column<T> {
	key: string;
	title: string;
	cell: (row: T) => ReactNode;
	isNumber?: boolean;
	width?: string;
	hide?: 'sm' | 'md'; // below this width of the window
}

interface RowsProps<T extends { id: string }> {
	label: string; // what the table lists, for those who do not see it
	columns: Column<T>[];
	pages: Pages<T>;
	empty: ReactNode;
	rowHeight?: number;
	open?: (row: T) => void; // by click and by Enter
}

const AHEAD = 20; // rows before the end

/** Arrows, Home and End go through the rows; Enter opens. */
function onRowKey<T>(event: KeyboardEvent<HTMLTableRowElement>, row: T, open?: (row: T) => void) {
	const line = event.currentTarget;
	if (event.target !== line) return; // a control inside
	const to = event.key === 'ArrowDown' ? line.nextElementSibling : event.key === 'ArrowUp' ? line.previousElementSibling : null;
	if (to instanceof HTMLElement && to.tabIndex >= 0) {
		event.preventDefault();
		to.focus();
	} else if (event.key === 'Enter' && open) open(row);
}

export function Rows<T extends { id: string }>({ label, columns, pages, empty, rowHeight = 48, open }: RowsProps<T>) {
	const { t } = useTranslation();
	const box = useRef<HTMLDivElement>(null);
	const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
	const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 });
	const items = virtual.getVirtualItems();
	const last = items.at(-1)?.index ?? 0;
	useEffect(() => {
		if (hasNextPage && !isFetchingNextPage && last >= rows.length - AHEAD) void fetchNextPage();
	}, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

	if (pages.isPending) return <Loading />;
	if (pages.isError && rows.length === 0) return <Trouble error={pages.error} again={pages.refetch} />;
	if (rows.length === 0) return <>{empty}</>;
	const before = items[0]?.start ?? 0;
	const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
	const visible = (column: Column<T>) => (column.hide ? `mantine-visible-from-${column.hide}` : '');
	return (
		<>
			<div className="rows" ref={box} tabIndex={0} role="region" aria-label={label}>
				<table aria-rowcount={pages.total ?? -1}>
					<thead>
						<tr>
							{columns.map((column) => (
								<th key={column.key} scope="col" className={`${visible(column)} ${column.isNumber ? 'number' : ''}`} style={{ width: column.width }}>
									<Text size="sm" c="dimmed" fw={600} span>
										{column.title}
									</Text>
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{before > 0 && <tr aria-hidden style={{ height: before }} />}
						{items.map((item) => {
							const row = rows[item.index]!;
							return (
								<tr
									key={row.id}
									data-index={item.index}
									ref={virtual.measureElement}
									aria-rowindex={item.index + 2}
									className={open ? 'opens' : undefined}
									tabIndex={open ? 0 : undefined}
									onClick={open && (() => open(row))}
									onKeyDown={(event) => onRowKey(event, row, open)}
								>
									{columns.map((column) => (
										<td key={column.key} className={`${visible(column)} ${column.isNumber ? 'number' : ''}`}>
											{column.cell(row)}
										</td>
									))}
								</tr>
							);
						})}
						{after > 0 && <tr aria-hidden style={{ height: after }} />}
					</tbody>
				</table>
			</div>
			<Text size="sm" c="dimmed" mt="xs" role="status">
				{pages.total === null ? t('common.rows_shown', { shown: number(rows.length) }) : t('common.rows', { shown: number(rows.length), total: number(pages.total) })}
			</Text>
			{pages.isError && <Trouble error={pages.error} again={pages.fetchNextPage} />}
		</>
	);
}

/** A short list without paging: the same look. */
export function FewRows<T>({ label, columns, rows, rowKey }: { label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string }) {
	return (
		<Table.ScrollContainer minWidth={0} type="native">
			<Table aria-label={label}>
				<Table.Thead>
					<Table.Tr>
						{columns.map((column) => (
							<Table.Th key={column.key} scope="col" className={column.isNumber ? 'number' : ''} style={{ width: column.width }}>
								{column.title}
							</Table.Th>
						))}
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{rows.map((row) => (
						<Table.Tr key={rowKey(row)}>
							{columns.map((column) => (
								<Table.Td key={column.key} className={column.isNumber ? 'number' : ''}>
									{column.cell(row)}
								</Table.Td>
							))}
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Table.ScrollContainer>
	);
}
