#pragma once
/* Inside store: what the files of templates share. */

#include "sql/sql.h"
#include "store/templates.h"

/* A row of the view template_seen as a struct template. */
void template_from_row(const struct sql_rows *rows, struct arena *arena, void *item);

/* Columns that follow from the content of a request: the body's text and the contract's type. -1: it makes no form. */
struct content {
	const char *text, *type;
	struct template_form *form;
};
must_check int template_content_of(const struct template_request *req, enum template_params params, struct arena *arena,
                                   struct content *ret);
/* Note which media the template shows; what is not there (a url that was never fetched) stays an empty place. */
must_check int template_place_media(struct store_tx *tx, int64_t account_no, int64_t no, struct template_form *form,
                                    struct arena *arena);
