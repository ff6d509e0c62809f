/* Contacts page by page. A search of digits is for numbers that begin so: few of them are found by their index; many, and parts
 * of names, are looked for contact by contact, a window at a time. */
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/audiences.h"
#include "store/contact_row.h"
#include "store/list.h"
#include "store/one.h"

#define FEW_NUMBERS 1000
#define LOOK_WINDOW (LIST_WINDOW / 2) /* a contact costs about two rows of others: its row and its index lie apart */
#define NUMBER_MOST "999999999999999" /* as long as a number can be */

/* The least and the greatest number that begin with the digits of `search`. False: it is no beginning of a number. */
static bool number_range(const char *search, char least[NUMBER_BYTES], char greatest[NUMBER_BYTES + sizeof(NUMBER_MOST)])
{
	const char *digits = *search == '+' ? search + 1 : search;
	size_t n = strlen(digits);
	if (n == 0 || n >= NUMBER_BYTES || strspn(digits, "0123456789") != n)
		return false;
	snprintf(least, NUMBER_BYTES, "%s", digits);
	snprintf(greatest, NUMBER_BYTES + sizeof(NUMBER_MOST), "%s" NUMBER_MOST, digits);
	return true;
}

/* Make `list` one of numbers in this range. 1 when there are too many for that. */
static int by_number(struct list *list, const char *least, const char *greatest)
{
	int64_t n;
	list->arg[1] = sql_text(least);
	list->arg[2] = sql_text(greatest);
	if (list_count(list->tx, STMT_CONTACT_NUMBER_COUNT, list->arg, list->n_args, &n) < 0)
		return -1;
	if (n > FEW_NUMBERS)
		return 1;
	list->count = STMT_CONTACT_NUMBER_COUNT;
	list->before = STMT_CONTACT_NUMBER_BEFORE;
	list->after = STMT_CONTACT_NUMBER_AFTER;
	return 0;
}

static int by_looking(struct list *list, int64_t audience_no, const char *search)
{
	list->arg[1] = sql_text(list_prefix(list->arena, search && *search == '+' ? search + 1 : search));
	list->arg[2] = sql_text(list_pattern(list->arena, search));
	list->before = STMT_CONTACT_LIST_BEFORE;
	list->after = STMT_CONTACT_LIST_AFTER;
	int found = one_find(list->tx, STMT_CONTACT_MAX, SQL_ARGS(sql_int(audience_no)), &list->max_key);
	if (found < 0)
		return -1;
	if (search) {
		list->window = LOOK_WINDOW;
		list->count = STMT_CONTACT_COUNT;
	} else { /* every contact is one of the list, so the window is never too narrow, and the audience knows how many there are
		  */
		list->window = list->max_key + 1;
		list->count = STMT_CONTACTS_TOTAL;
		list->n_count_args = 1;
	}
	return 0;
}

int contact_list(struct store_tx *tx, int64_t audience_no, const char *search, struct page *page, struct arena *arena,
                 struct contact *ret, int *ret_n)
{
	char least[NUMBER_BYTES], greatest[NUMBER_BYTES + sizeof(NUMBER_MOST)];
	struct list list = {.tx = tx,
	                    .arg = {sql_int(audience_no)},
	                    .n_args = 3,
	                    .n_count_args = 3,
	                    .page = page,
	                    .read = contact_from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	int many = search && number_range(search, least, greatest) ? by_number(&list, least, greatest) : 1;
	if (many < 0 || (many == 1 && by_looking(&list, audience_no, search) < 0))
		return -1;
	return list_run(&list, ret_n);
}
