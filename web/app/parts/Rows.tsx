// A table of any length: only the rows in sight are in the page, and the next page is fetched as the end comes near.
import { Table, Text, VisuallyHidden } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, memo, type ReactNode, type Ref, useEffect, useRef } from 'react';
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
	isNarrow?: boolean; // as wide as its buttons
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
const HEAD_HEIGHT = 42; // it stands over the first rows

/** A click on a control of the row is the control's own; so is one in its menu, which stands elsewhere in the document. */
const isOfControl = ({ target, currentTarget }: MouseEvent) => {
	const inside = target as Element;
	return !currentTarget.contains(inside) || inside.closest('button, a, input, label') !== null;
};

/** Where a key leads to from a row, by its index. */
function rowOfKey(key: string, at: number, count: number): number | null {
	const to = key === 'ArrowDown' ? at + 1 : key === 'ArrowUp' ? at - 1 : key === 'Home' ? 0 : key === 'End' ? count - 1 : -1;
	return to >= 0 && to < count ? to : null;
}

const classOf = <T,>({ hide, isNumber, isNarrow }: Column<T>) =>
	[hide && `mantine-visible-from-${hide}`, isNumber && 'number', isNarrow && 'narrow'].filter(Boolean).join(' ') || undefined;

interface RowProps<T> {
	row: T;
	index: number;
	columns: Column<T>[];
	open: ((row: T) => void) | undefined;
	measure: Ref<HTMLTableRowElement>;
}

/** Scrolling draws those rows alone that come into sight. */
const Row = memo(function Row<T>({ row, index, columns, open, measure }: RowProps<T>) {
	return (
		<tr
			data-index={index}
			ref={measure}
			aria-rowindex={index + 2}
			className={open ? 'opens' : undefined}
			tabIndex={open ? 0 : undefined}
			onClick={open && ((event) => !isOfControl(event) && open(row))}
		>
			{columns.map((column) => (
				<td key={column.key} className={classOf(column)}>
					{column.cell(row)}
				</td>
			))}
		</tr>
	);
}) as <T>(props: RowProps<T>) => ReactNode;

export function Rows<T extends { id: string }>({ label, columns, pages, empty, rowHeight = 48, open }: RowsProps<T>) {
	const { t } = useTranslation();
	const box = useRef<HTMLDivElement>(null);
	const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
	const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: HEAD_HEIGHT });
	const items = virtual.getVirtualItems();
	const last = items.at(-1)?.index ?? 0;
	useEffect(() => {
		if (hasNextPage && !isFetchingNextPage && last >= rows.length - AHEAD) void fetchNextPage();
	}, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

	// Arrows, Home and End go through the rows, those not in the page too; Enter opens.
	const wanted = useRef<number | null>(null);
	useEffect(() => {
		const row = wanted.current === null ? null : box.current?.querySelector<HTMLElement>(`tr[data-index="${wanted.current}"]`);
		if (!row) return;
		wanted.current = null;
		row.focus({ preventScroll: true });
	});
	const onKey = (event: KeyboardEvent) => {
		const at = Number((event.target as HTMLElement).dataset.index);
		if (Number.isNaN(at) || !open) return; // a control inside
		const to = rowOfKey(event.key, at, rows.length);
		if (to !== null) {
			event.preventDefault();
			wanted.current = to;
			virtual.scrollToIndex(to);
			box.current?.querySelector<HTMLElement>(`tr[data-index="${to}"]`)?.focus({ preventScroll: true });
		} else if (event.key === 'Enter') open(rows[at]!);
	};

	const told = (shown: number, total: number | null) => {
		if (total === null) return t('common.rows_shown', { shown: number(shown) });
		return shown < total ? t('common.rows', { shown: number(shown), total: number(total) }) : t('common.rows_all', { shown: number(shown) });
	};

	if (pages.isPending) return <Loading />;
	if (pages.isError && rows.length === 0) return <Trouble error={pages.error} again={pages.refetch} />;
	if (rows.length === 0) return hasNextPage ? <Loading /> : <>{empty}</>; // what no index finds is looked for page after page
	const before = items[0]?.start ?? 0;
	const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
	return (
		<>
			<div className="rows" ref={box} tabIndex={0} role="region" aria-label={label}>
				<table aria-label={label} aria-rowcount={pages.total ?? -1}>
					<thead>
						<tr>
							{columns.map((column) => (
								<th key={column.key} scope="col" className={classOf(column)} style={{ width: column.width }}>
									{column.isNarrow ? (
										<VisuallyHidden>{column.title}</VisuallyHidden>
									) : (
										<Text size="sm" c="dimmed" fw={600} span>
											{column.title}
										</Text>
									)}
								</th>
							))}
						</tr>
					</thead>
					<tbody onKeyDown={onKey}>
						{before > 0 && <tr aria-hidden style={{ height: before }} />}
						{items.map(({ index }) => (
							<Row key={rows[index]!.id} row={rows[index]!} index={index} columns={columns} open={open} measure={virtual.measureElement} />
						))}
						{after > 0 && <tr aria-hidden style={{ height: after }} />}
					</tbody>
				</table>
			</div>
			<Text size="sm" c="dimmed" mt="xs" role="status">
				{told(rows.length, pages.total)}
			</Text>
			{pages.isError && <Trouble error={pages.error} again={pages.fetchNextPage} />}
		</>
	);
}

/** A short list without paging: the same look. */
export function FewRows<T>({ label, columns, rows, rowKey }: { label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string }) {
	return (
		<Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={label}>
			<Table aria-label={label}>
				<Table.Thead>
					<Table.Tr>
						{columns.map((column) => (
							<Table.Th key={column.key} scope="col" className={classOf(column)} style={{ width: column.width }}>
								{column.title}
							</Table.Th>
						))}
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{rows.map((row) => (
						<Table.Tr key={rowKey(row)}>
							{columns.map((column) => (
								<Table.Td key={column.key} className={classOf(column)}>
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
