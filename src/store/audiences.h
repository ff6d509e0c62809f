#pragma once
/* Audiences and their contacts. A contact is a chain of immutable versions: an edit ends one (`until`) and begins the
 * next, both stamped with the audience's own version number, so that a campaign frozen at version V sees exactly the
 * contacts with since ≤ V and (until none or > V), however long its freezing takes. */

#include "model/audience.h"
#include "model/contact.h"
#include "store/page.h"
#include "store/store.h"

/* 1 when an audience of the account has it. */
must_check int audience_name_taken(struct store_tx *tx, int64_t account_no, const char *name);
must_check int audience_create(struct store_tx *tx, int64_t account_no, const char *name, msec_t now,
                               int64_t *ret_no); /* 1 taken */
must_check int audience_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena,
                             struct audience *ret); /* 1 unknown */
must_check int audience_list(struct store_tx *tx, int64_t account_no, const char *search, struct page *page, struct arena *arena,
                             struct audience *ret, int *ret_n);
must_check int audience_rename(struct store_tx *tx, int64_t account_no, int64_t no, const char *name,
                               msec_t now); /* 1 unknown, 2 taken */
/* 1 unknown, 2 used by a scheduled or running campaign. Its contacts are removed by audience_sweep. */
must_check int audience_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* Remove contacts of deleted audiences, at most `max_rows` a call. Those that a campaign's ledger refers to stay until that
 * campaign is deleted as well. *ret_more: call again. */
must_check int audience_sweep(struct store_tx *tx, int max_rows, bool *ret_more);

/* What an insert did. FULL: nothing, as its fields and those that the contact has would be more than one may have. */
enum contact_added { CONTACT_ADDED, CONTACT_UPDATED, CONTACT_UNCHANGED, CONTACT_TAKEN, CONTACT_FULL };

#define FIELD_NAMES_BYTES 32

/* One session of changes to one audience inside one transaction: loads its counters, stores them once at the end. */
struct audience_edit {
	int64_t audience_no, version, next_no, n_contacts;
	msec_t now;
	unsigned char field_names[FIELD_NAMES_BYTES]; /* see store/field_names.h */
	bool knows_field_names;
};
must_check int audience_edit_begin(struct store_tx *tx, int64_t audience_no, msec_t now,
                                   struct audience_edit *edit); /* 1 unknown */
must_check int audience_edit_end(struct store_tx *tx, struct audience_edit *edit);
/* Add; where the number is there already: `upsert` makes a new version of it from what is given, `fields` key by key (or
 * UNCHANGED when that says the same), else nothing is done and *ret is CONTACT_TAKEN. */
must_check int contact_add(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *req, bool upsert,
                           enum contact_added *ret, int64_t *ret_no);
/* Many as contact_add with `upsert` does them one after the other, only faster: what became of req[i] in ret[i]. The caller has
 * added the names of their fields (store/field_names.h). */
must_check int contacts_upsert(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *const *req, int n,
                               enum contact_added *ret);
/* What is given replaces, `fields` as a whole. */
must_check int contact_update(struct store_tx *tx, struct audience_edit *edit, int64_t first_no,
                              const struct contact_request *req);                                 /* 1 unknown */
must_check int contact_delete(struct store_tx *tx, struct audience_edit *edit, int64_t first_no); /* 1 unknown */

/* 1 when it is in the audience already. */
must_check int contact_number_taken(struct store_tx *tx, int64_t audience_no, const char *digits);
must_check int contact_read(struct store_tx *tx, int64_t audience_no, int64_t first_no, struct arena *arena,
                            struct contact *ret); /* 1 unknown */
/* The version that a ledger row refers to. */
must_check int contact_read_version(struct store_tx *tx, int64_t audience_no, int64_t no, struct arena *arena,
                                    struct contact *ret);
/* `search`: beginning of the number, or part of a name; NULL any. */
must_check int contact_list(struct store_tx *tx, int64_t audience_no, const char *search, struct page *page, struct arena *arena,
                            struct contact *ret, int *ret_n);
